import type { HostArray } from '../core/host-array.js';
import type { LevelHistory } from '../diffusion/index.js';
import type { Stepper } from './stepper.js';

export interface LevelMemoryOptions {
  readonly stepper: Stepper;
  readonly history: LevelHistory;
  /** Number of training indices. */
  readonly count: number;
  /** What the fed `t` says of every index; the index itself unless told. */
  readonly told?: (index: number) => number;
}

/** What a stepper with a level history calls it, beside its parameters and slots. */
const kind = 'levels';

/**
 * A stepper that also adds the losses of every step to the history its level sampler draws by, without the importance
 * they were drawn with. The history is one more kind of state: checkpoints keep it, and a resumed run draws what the
 * unbroken one would have drawn. A step that changes nothing is not remembered either.
 */
export function withLevelMemory({ stepper, history, count, told = (index) => index }: LevelMemoryOptions): Stepper {
  const indexOf = new Map(Array.from({ length: count }, (_, index) => [Math.fround(told(index)), index]));
  return {
    get steps() {
      return stepper.steps;
    },
    kinds: [...stepper.kinds, kind],
    async step(batches, settings) {
      const before = stepper.steps;
      const outcome = await stepper.step(batches, settings);
      if (stepper.steps === before) return outcome;
      let at = 0;
      for (const batch of batches) {
        const [fed, importance] = [batch['t'], batch['importance']] as (HostArray<'float32'> | undefined)[];
        const times = Float64Array.from(fed!.data, (t) => (indexOf.get(t)! + 0.5) / count);
        const losses = outcome.losses.subarray(at, at + times.length);
        history.record(times, importance ? losses.map((loss, i) => loss / importance.data[i]!) : losses);
        at += times.length;
      }
      return outcome;
    },
    read: (name) => (name === kind ? history.read() : stepper.read(name)),
    write(name, values: ReadonlyMap<string, HostArray<'float32'>>) {
      if (name === kind) history.write(values);
      else stepper.write(name, values);
    },
    setSteps: (steps) => stepper.setSteps(steps),
    [Symbol.dispose]: () => stepper[Symbol.dispose](),
  };
}

import { ToolkitError } from '../../core/errors.js';
import { floats, type HostArray } from '../../core/host-array.js';

/** Losses by the part of the noise axis they were measured in: how many parts, and how many are remembered of each. */
export interface HistorySize {
  readonly parts: number;
  readonly memory: number;
}

/**
 * The last losses of every part of the noise axis. It is state of a training run like the slots of an optimiser: a level
 * sampler reads it, the trainer adds to it after each step, checkpoints keep it.
 */
export interface LevelHistory extends HistorySize {
  /** Whether every part has as many losses as are remembered. */
  readonly full: boolean;
  /** Mean of the squared losses of each part; meaningful once `full`. */
  secondMoments(): Float64Array;
  /** Adds losses at times in [0, 1), in order; the oldest ones of their parts are forgotten. */
  record(times: ArrayLike<number>, losses: ArrayLike<number>): void;
  /** Its arrays by name, to be saved. */
  read(): Map<string, HostArray<'float32'>>;
  /** Takes saved arrays back. */
  write(values: ReadonlyMap<string, HostArray<'float32'>>): void;
}

/** An empty history. */
export function createLevelHistory({ parts, memory }: HistorySize): LevelHistory {
  const losses = floats([parts, memory]);
  const counts = floats([parts]); // losses ever seen by each part: the next one goes to count modulo memory
  return {
    parts,
    memory,
    get full() {
      return counts.data.every((count) => count >= memory);
    },
    secondMoments() {
      return Float64Array.from({ length: parts }, (_, part) => {
        let sum = 0;
        for (let i = part * memory; i < (part + 1) * memory; i++) sum += losses.data[i]! ** 2;
        return sum / memory;
      });
    },
    record(times, values) {
      for (let i = 0; i < times.length; i++) {
        const part = Math.min(parts - 1, Math.floor(times[i]! * parts));
        losses.data[part * memory + (counts.data[part]! % memory)] = values[i]!;
        // Float32 counts to 2²⁴; beyond the first round only the place in the ring matters.
        counts.data[part] = counts.data[part]! + 1 < 2 * memory ? counts.data[part]! + 1 : memory;
      }
    },
    read: () =>
      new Map([
        ['levels.losses', floats(losses.shape, losses.data.slice())],
        ['levels.counts', floats(counts.shape, counts.data.slice())],
      ]),
    write(values) {
      for (const [name, own] of [
        ['levels.losses', losses],
        ['levels.counts', counts],
      ] as const) {
        const given = values.get(name);
        if (given?.shape.join() !== own.shape.join()) {
          throw new ToolkitError(
            'bad-state',
            `"${name}" needs shape [${own.shape.join(', ')}], got ${given ? `[${given.shape.join(', ')}]` : 'nothing'}.`,
          );
        }
      }
      losses.data.set(values.get('levels.losses')!.data);
      counts.data.set(values.get('levels.counts')!.data);
    },
  };
}

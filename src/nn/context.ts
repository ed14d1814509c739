import { bools, type HostArray, type Shape, sizeOf } from '../core/host-array.js';
import { fold, type Key, uniforms } from '../core/random.js';
import { input, mul, type Tensor, where } from '../graph/index.js';

/**
 * What a model asks of its surroundings while its graph is built. Layers stay pure functions of their arguments; a
 * context decides whether dropout exists and what becomes of the named points inside the network.
 */
export interface Context {
  /** Zeroes elements at random while training; hands `x` back otherwise. */
  readonly dropout: (x: Tensor, rate: number) => Tensor;
  /** Shows a named point inside the network and goes on with what comes back: the place for probes and edits. */
  readonly tap: (name: string, x: Tensor) => Tensor;
}

/** No dropout, no taps: what `apply` uses when it is given no context. */
export const inference: Context = Object.freeze({ dropout: (x: Tensor) => x, tap: (_: string, x: Tensor) => x });

/** A dropout site of one graph: the bool input "keep this element" that every run must be fed. */
export interface DropoutMask {
  readonly name: string;
  readonly shape: Shape;
  readonly rate: number;
}

export interface TrainingContext extends Context {
  /** The masks asked for so far, in order; complete once the model has been applied. */
  readonly masks: readonly DropoutMask[];
}

/**
 * A context with inverted dropout, y = keep·x / (1 − rate), Srivastava et al. 2014 (JMLR 15:56). Each site becomes a
 * bool graph input `dropout.0`, `dropout.1`, …; a rate of 0 adds nothing. One context serves one graph.
 */
export function trainingContext(base: Context = inference): TrainingContext {
  const masks: DropoutMask[] = [];
  return {
    ...base,
    masks,
    dropout(x, rate) {
      if (rate === 0) return x;
      const mask = { name: `dropout.${masks.length}`, shape: x.shape, rate };
      masks.push(mask);
      return where(input(mask.name, mask.shape, 'bool'), mul(x, 1 / (1 - rate)), 0);
    },
  };
}

/** One draw of every mask, keyed by site: feed them beside the batch. */
export function drawMasks(masks: readonly DropoutMask[], key: Key): Record<string, HostArray<'bool'>> {
  return Object.fromEntries(
    masks.map(({ name, shape, rate }) => {
      const draws = uniforms(fold(key, name), sizeOf(shape));
      return [
        name,
        bools(
          shape,
          Array.from(draws, (u) => u >= rate),
        ),
      ];
    }),
  );
}

/** A context that also remembers every tap, by name. */
export function recordTaps(base: Context = inference): {
  readonly context: Context;
  readonly taps: Map<string, Tensor>;
} {
  const taps = new Map<string, Tensor>();
  const tap: Context['tap'] = (name, x) => {
    const y = base.tap(name, x);
    taps.set(name, y);
    return y;
  };
  return { context: { ...base, tap }, taps };
}

/** A context that replaces what passes some taps: `edit` returns the tensor to go on with. */
export function editTaps(edits: Readonly<Record<string, (x: Tensor) => Tensor>>, base: Context = inference): Context {
  return { ...base, tap: (name, x) => (edits[name] ?? ((y) => y))(base.tap(name, x)) };
}

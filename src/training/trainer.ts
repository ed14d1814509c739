import { ToolkitError } from '../core/errors.js';
import type { Feeds } from '../runtime/index.js';
import type { Curve } from './curve.js';
import { emaDecay } from './ema.js';
import type { StepOutcome, Stepper } from './stepper.js';

export interface TrainOptions {
  readonly stepper: Stepper;
  /** Feeds of backward pass `part` of optimiser step `step` (0-based): a pure function, so that resuming repeats nothing. */
  readonly feeds: (step: number, part: number) => Feeds | Promise<Feeds>;
  /** Backward passes per step, as the stepper was built. */
  readonly accumulate: number;
  /** Optimiser steps in all; Infinity to go on until stopped. */
  readonly total: number;
  readonly lr: number;
  readonly curve: Curve;
  /** Length of the run as the curve sees it; `total` unless told. */
  readonly curveTotal?: () => number;
  readonly clip: number;
  readonly emaDecay: number;
  readonly signal?: AbortSignal | undefined;
}

export interface TrainEvent extends StepOutcome {
  /** Optimiser steps done after this one. */
  readonly step: number;
  readonly lr: number;
  /** Everything fed, for metrics by noise level: one entry per backward pass. */
  readonly fed: readonly Feeds[];
}

/**
 * The training loop: yields after every step. Logging, previews, checkpoints and stopping are the caller's.
 * Throws `non-finite` when a loss or gradient is not a number; the stepper then still holds the last good state.
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainEvent, void, undefined> {
  const { stepper, feeds, accumulate, total, curve, curveTotal = () => total, clip } = options;
  while (stepper.steps < total) {
    options.signal?.throwIfAborted();
    const step = stepper.steps;
    const fed: Feeds[] = [];
    for (let part = 0; part < accumulate; part++) fed.push(await feeds(step, part));
    const lr = options.lr * curve({ step, total: curveTotal() });
    const outcome = await stepper.step(fed, { lr, clip, emaDecay: emaDecay(step, options.emaDecay) });
    if (stepper.steps === step) {
      throw new ToolkitError(
        'non-finite',
        `Training stopped at step ${step}: the loss is ${outcome.loss} and the gradient norm ${outcome.norm}. ` +
          'The last good state is kept; lower --lr or --clip and resume.',
      );
    }
    yield { ...outcome, step: stepper.steps, lr, fed };
  }
}

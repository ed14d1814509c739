import type { HeldOutAccuracy } from '../../training/index.js';
import { figure } from '../terminal/format.js';
import type { Output } from '../terminal/output.js';
import {
  type RunTrainingOptions,
  runTraining,
  type TrainingEvent,
  type TrainingResult,
  totalSteps,
} from './run-training.js';

export interface WatchOptions extends RunTrainingOptions {
  readonly out: Output;
  /** Also told of every event. */
  readonly listen?: (event: TrainingEvent) => void;
}

/** Steps between two `step` events with --json. */
const eventsEvery = 10;

/** Runs a training with a live bar, and says what happens on the way. */
export async function watchTraining({ out, listen, ...options }: WatchOptions): Promise<TrainingResult> {
  const { plan } = options;
  const total = totalSteps(plan);
  const work = runTraining(options);
  let bar: ReturnType<Output['progress']> | null = null;
  let smooth: number | null = null;
  try {
    for (;;) {
      const { done, value } = await work.next();
      if (done) return value;
      listen?.(value);
      const { kind, ...fields } = value;
      if (kind !== 'step' || value.step % eventsEvery === 0) out.event(kind, fields);
      if (value.kind === 'start') {
        if (value.step > 0 && value.step < total) out.say(`Continuing ${options.root} from step ${value.step}.`);
        const seconds = plan.options.minutes === null ? null : Math.max(0, plan.options.minutes * 60 - value.seconds);
        bar = out.progress({
          what: 'Training',
          total: Number.isFinite(total) ? total : null,
          unit: 'steps',
          seconds,
          from: value.step,
        });
      } else if (value.kind === 'step') {
        smooth = smooth === null ? value.loss : 0.98 * smooth + 0.02 * value.loss;
        bar?.update(value.step, { loss: smooth });
      } else tell(out, value);
    }
  } finally {
    bar?.end();
  }
}

function tell(out: Output, event: TrainingEvent): void {
  if (event.kind === 'damaged') {
    const { folder, aside, reason, step } = event;
    out.warn(`the checkpoint ${folder} is damaged and now ${aside}; going on from step ${step}. ${reason}`);
  }
  if (event.kind === 'preview') out.say(`Samples at step ${event.step}: ${event.file}`);
  if (event.kind === 'validation') {
    if ('accuracy' in event.heldOut) {
      const { mean, accuracy, accuracyByLevel, attributes } = event.heldOut as HeldOutAccuracy;
      const right = attributes ? '% balanced accuracy' : '% right';
      const shares = accuracyByLevel.map((share) => figure(100 * share)).join(' ');
      const noisy = shares && ` (from clean to noise: ${shares})`;
      out.say(
        `Held-out at step ${event.step}: ${figure(100 * accuracy)} ${right}, cross-entropy ${figure(mean)}${noisy}`,
      );
      return;
    }
    const levels = event.heldOut.byLevel.map(figure).join(' ');
    out.say(`Held-out loss at step ${event.step}: ${figure(event.heldOut.mean)} (from clean to noise: ${levels})`);
  }
}

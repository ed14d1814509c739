import { ToolkitError } from '../core/errors.js';
import type { HostArray } from '../core/host-array.js';
import type { Runtime } from '../runtime/index.js';
import type { ClassifierModel } from './classifier.js';
import { classifierRun } from './classifier-run.js';

/** A classifier that says what pictures show. */
export interface Judge extends Disposable {
  /** What it is called in reports. */
  readonly name: string;
  readonly classes: readonly string[];
  /** Pictures [B, C, H, W] in [−1, 1] → logits [B, K]. */
  judge(pictures: HostArray<'float32'>): Promise<HostArray<'float32'>>;
}

export interface JudgeOptions {
  readonly model: ClassifierModel;
  readonly runtime: Runtime;
  readonly name: string;
  /** Pictures judged together. */
  readonly batch?: number;
}

/** A judge out of a classifier of classes. */
export function judge({ name, model, ...options }: JudgeOptions): Judge {
  if (model.network.config.target !== 'class') {
    throw new ToolkitError(
      'bad-model',
      `${name} tells attributes, and a judge tells classes. Take another classifier.`,
    );
  }
  const { run, [Symbol.dispose]: dispose } = classifierRun({ ...options, model, output: 'logits' });
  return { name, classes: model.classes, judge: run, [Symbol.dispose]: dispose };
}

import type { DataSet } from '../../data/dataset.js';
import type { ParamValues } from '../../nn/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { ClassifierPlan } from './classifier-plan.js';
import { createClassifierSession } from './classifier-session.js';
import type { RunPlan, TrainPlan } from './plan.js';
import { createSession, type Session } from './session.js';

export interface OpenSessionOptions {
  readonly plan: RunPlan;
  readonly data: DataSet;
  readonly runtime: Runtime;
  /** Numbers a model that draws begins with, some or all. */
  readonly start?: ParamValues | null;
}

/** The session of a plan, by its task. */
export function openSession({ plan, start, ...rest }: OpenSessionOptions): Promise<Session> {
  return plan.options.task === 'classifier'
    ? createClassifierSession({ plan: plan as ClassifierPlan, ...rest })
    : createSession({ plan: plan as TrainPlan, start: start ?? null, ...rest });
}

import type { HostArray } from '../core/host-array.js';
import { type Denoiser, guidedPath } from '../sampling/index.js';
import { type QuestionsOptions, questions } from './questions.js';

type Batch = HostArray<'float32'>;

export interface ModelDenoiserOptions extends QuestionsOptions {
  readonly labels: readonly number[] | null;
  /** Classifier-free guidance away from the label `free`, in one run of twice the batch; none when null. */
  readonly guidance: { readonly scale: number; readonly free: number } | null;
}

/**
 * The denoiser of a model for one batch, guided in one run of twice the batch where asked. The second output of networks
 * that have one is that with the label, whatever the guidance.
 */
export function modelDenoiser({ guidance, labels, ...rest }: ModelDenoiserOptions): Denoiser<Batch> {
  const ask = questions(rest);
  const conditional = ask(labels);
  if (guidance === null || labels === null) return conditional;
  const { scale, free } = guidance;
  const roles = { conditional, unconditional: ask(labels.map(() => free)) };
  return guidedPath({ choices: [{ name: 'classifier-free', options: { scale } }], roles, space: rest.space }).denoise;
}

import type { HostArray } from '../core/host-array.js';
import type { Level } from '../diffusion/index.js';
import { classifierFree, type Denoiser, type Estimate, remembered, type VarianceDenoiser } from '../sampling/index.js';
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
  const unconditional = ask(labels.map(() => guidance.free));
  return guidedDenoiser(conditional, (own) =>
    classifierFree({ conditional: own, unconditional, scale: guidance.scale, space: rest.space }),
  );
}

/** Guides a denoiser that may say a variance too; both come out of one answer of it. */
export function guidedDenoiser<X>(
  conditional: Denoiser<X> | VarianceDenoiser<X>,
  guide: (own: Denoiser<X>) => Denoiser<X>,
): Denoiser<X> | VarianceDenoiser<X> {
  if (!('estimate' in conditional)) return guide(conditional);
  const estimates = remembered(conditional.estimate);
  const guided = guide(async (x, level) => (await estimates(x, level)).denoised);
  const estimate = async (x: X, level: Level): Promise<Estimate<X>> => {
    const [denoised, { variance }] = await Promise.all([guided(x, level), estimates(x, level)]);
    return { denoised, variance };
  };
  return Object.assign((x: X, level: Level) => guided(x, level), { estimate });
}

import { choice, number } from '../../../core/options.js';
import { fold } from '../../../core/random.js';
import { type Batch } from '../batch.js';
import { costOf, costOfPath } from '../cost.js';
import { defineEdit, type EditAt, type EditFrames, walked } from '../edit.js';
import { inversionCost, invertedWalk } from '../latent.js';
import { lastShare } from '../part-way.js';
import { slerp } from '../slerp.js';

/**
 * Pictures between two pictures. `inverted`: both are walked up to the noise that makes them, an arc between the two
 * noises is cut (`slerp`), and each point of it is walked down; where the noises are known already, as those of drawn
 * pictures are, they are given. `noised`: both get the same noise part of the way and are mixed linearly,
 *
 *   x = α·((1 − u)·source + u·other) + σ·ε
 *
 * Song et al. 2021, arXiv:2010.02502, Section 5.3 and Appendix D.5; Ho et al. 2020, arXiv:2006.11239, Section 4.3. The two
 * ends are the pictures themselves. Deterministic samplers keep what the noise says; with others, ends and middle differ
 * in their fresh noise as well.
 *
 * @example
 * import { ddim, interpolate } from 'langevin/sampling';
 * interpolate({ at: 0.5 }).cost({ sampler: ddim(), steps: [2, 1, 0] }).evaluations; // → 10
 */
export const interpolate = defineEdit({
  name: 'interpolate',
  summary: 'Pictures between two pictures.',
  needs: ['other'],
  options: {
    at: number({
      default: null,
      min: 0,
      max: 1,
      help: 'Where between them; spread evenly over the pictures unless told.',
    }),
    way: choice(['inverted', 'noised'], {
      default: 'inverted',
      help: 'Between the noises that make both pictures, or between the pictures under one noise.',
    }),
    strength: number({ default: 0.6, min: 0, max: 1, help: 'Share of the steps that is walked when noised.' }),
  },
  neutral: [{ at: 0 }, { at: 0, way: 'noised' }, { way: 'noised', strength: 0, at: 0 }],
  cost(at, { way, strength }) {
    if (way === 'noised') return costOfPath({ ...at, path: lastShare(at.steps, strength) });
    const plain = costOf(at);
    return { ...plain, evaluations: plain.evaluations + 2 * inversionCost(at) };
  },
  async *walk(at, { at: where, way, strength }) {
    const rows = at.source.shape[0] ?? 1;
    const shares = Array.from({ length: rows }, (_, row) => where ?? (rows === 1 ? 0.5 : row / (rows - 1)));
    if (shares.every((u) => u === 0)) return at.source;
    if (shares.every((u) => u === 1)) return at.other!;
    const made = yield* way === 'inverted' ? arc(at, shares) : mixed(at, { shares, strength });
    return withEnds(made, at, shares);
  },
});

async function* arc(at: EditAt, share: readonly number[]): EditFrames {
  const from = at.latent ?? (yield* invertedWalk(at, at.source));
  const to = at.otherLatent ?? (yield* invertedWalk(at, at.other!));
  return yield* walked(at, { start: slerp({ from, to, share, space: at.space }) });
}

interface MixedOptions {
  readonly shares: readonly number[];
  readonly strength: number;
}

async function* mixed(at: EditAt, { shares, strength }: MixedOptions): EditFrames {
  const size = at.source.data.length / shares.length;
  const mix = at.space.lincomb([1, at.source]);
  for (let i = 0; i < mix.data.length; i++) {
    const u = shares[Math.floor(i / size)]!;
    mix.data[i] = (1 - u) * at.source.data[i]! + u * at.other!.data[i]!;
  }
  if (strength === 0) return mix;
  const steps = lastShare(at.steps, strength);
  const { alpha, sigma } = steps[0]!.from;
  const single = at.space.gaussian(at.source, fold(at.key, 'start'));
  for (let i = size; i < single.data.length; i++) single.data[i] = single.data[i % size]!; // one noise for all rows
  return yield* walked(at, { steps, start: at.space.lincomb([alpha, mix], [sigma, single]) });
}

/** Rows at the ends are the pictures themselves. */
function withEnds(made: Batch, { source, other, space }: EditAt, shares: readonly number[]): Batch {
  const out = space.lincomb([1, made]);
  const size = out.data.length / shares.length;
  for (const [row, u] of shares.entries()) {
    const end = u === 0 ? source : u === 1 ? other! : null;
    if (end) out.data.set(end.data.subarray(row * size, (row + 1) * size), row * size);
  }
  return out;
}

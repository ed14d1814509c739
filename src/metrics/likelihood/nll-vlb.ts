import { ToolkitError } from '../../core/errors.js';
import { floats, type HostArray, rows, sizeOf } from '../../core/host-array.js';
import { choice, integer } from '../../core/options.js';
import { fold, gaussians, uniform } from '../../core/random.js';
import {
  boundTerms,
  cleanLevel,
  mixRows,
  posterior,
  priorTerms,
  type Variance,
  type VarianceName,
  variances,
} from '../../diffusion/index.js';
import { defineMetric, type ModelAndData } from '../metric.js';
import { dequantised } from './dequantised.js';
import { perSample } from './per-sample.js';

type Batch = HostArray<'float32'>;

/**
 * Negative log-likelihood by the variational bound, in bits per dimension: L_T + Σ L_{t−1} + L_0 of the chain that the
 * model was trained on. The inner terms are looked at in `levels` places per sample, one in each of as many equal parts
 * of the chain, which leaves the sum without bias; L_T and L_0 are always counted. The bound is never below the true
 * value, and it is above it by what the chain of finitely many steps loses. Where much of the data is exactly black or
 * white, probabilities of rounded values are far larger than what densities allow; compare with `nll-ode` by the
 * dequantised decoder.
 * Ho et al. 2020, arXiv:2006.11239, Equations 5 and 13; Kingma et al. 2021, arXiv:2107.00630, Section 4.
 */
export const nllVlb = defineMetric({
  name: 'nll-vlb',
  summary: 'Bits per dimension by the variational bound: never below the true value.',
  needs: 'model',
  direction: 'lower',
  options: {
    levels: integer({ default: 100, min: 0, help: 'Places of the chain looked at per sample; 0 takes all of them.' }),
    decoder: choice(['discretised', 'dequantised'], {
      default: 'discretised',
      help: 'Last step on rounded data: probability of the rounded value, or density of data spread over its width as nll-ode has it.',
    }),
    variance: choice(['auto', ...variances.names], {
      default: 'auto',
      help: 'Variance of a reverse step; auto is learned-range where the network has channels for it, else fixed-small.',
    }),
  },
  async *measure(asked, { levels, variance, decoder }) {
    const given = decoder === 'dequantised' ? dequantised(asked) : asked;
    const { model, data, signal } = given;
    const count = data.shape[0] ?? 0;
    const steps = model.grid.count - 1;
    const places = levels === 0 ? steps : Math.min(levels, steps);
    // A density counts as the probability of one step of rounding: −log₂ of its width is added.
    const width = asked.quantum !== null && given.quantum === null ? -Math.log2(asked.quantum) : 0;
    const totals: Terms[] = [];
    for (let first = 0; first < count; first += model.batch) {
      const size = Math.min(model.batch, count - first);
      const chunk = { given, first, clean: rows(data, first, first + size), variance };
      const sums = Array.from(
        priorTerms({ clean: chunk.clean, grid: model.grid }),
        (prior): Terms => ({ prior, inner: 0, decoder: 0 }),
      );
      for (let place = 0; place <= places; place++) {
        signal?.throwIfAborted();
        yield { done: first * (places + 1) + place * size, total: count * (places + 1) };
        // Place 0 is the decoder; part p of the rest holds the indices above 1 + (p − 1)·steps/places.
        const indices = sums.map((_, i) =>
          place === 0 ? 0 : indexIn(place, { ...chunk, row: first + i, places, steps }),
        );
        const terms = await termsAt({ ...chunk, indices });
        for (const [i, term] of terms.entries()) {
          if (place === 0) sums[i]!.decoder = term;
          else sums[i]!.inner += (term * steps) / places;
        }
      }
      totals.push(...sums);
    }
    const of = (name: string, pick: (terms: Terms) => number) => perSample(name, totals.map(pick));
    return {
      estimates: [
        of('nll-vlb', ({ prior, inner, decoder: last }) => prior + inner + last + width),
        of('nll-vlb L_T', ({ prior }) => prior),
        of('nll-vlb L_t', ({ inner }) => inner),
        of('nll-vlb L_0', ({ decoder: last }) => last + width),
      ],
      notes: places < steps ? [`${places} of ${steps} steps looked at per sample, one in each part of the chain`] : [],
    };
  },
});

interface Terms {
  readonly prior: number;
  inner: number;
  decoder: number;
}

interface Chunk {
  readonly given: ModelAndData;
  readonly first: number;
  readonly clean: Batch;
  readonly variance: VarianceName | 'auto';
}

interface PlaceOptions extends Chunk {
  readonly row: number;
  readonly places: number;
  readonly steps: number;
}

/** The index in [1, steps] that sample `row` looks at in one of the equal parts of the chain. */
function indexIn(place: number, { given, row, places, steps }: PlaceOptions): number {
  if (places === steps) return place;
  const u = uniform(fold(given.key, 'level', row, place));
  return 1 + Math.floor(((place - 1 + u) * steps) / places);
}

/** L_{t−1} of each row at its index, or L_0 at index 0, in bits per dimension. */
async function termsAt({ given, first, clean, variance, indices }: Chunk & { readonly indices: readonly number[] }) {
  const { model, labels, key, quantum } = given;
  const { grid } = model;
  const size = sizeOf(clean.shape.slice(1));
  const noise = floats(clean.shape);
  for (const [row, index] of indices.entries()) {
    noise.data.set(gaussians(fold(key, 'noise', first + row, index), size), row * size);
  }
  const levels = indices.map((index) => grid.level(index));
  const x = mixRows({ clean, noise, mixes: levels.map(({ alpha, sigma }) => ({ clean: alpha, noise: sigma })) });
  const own = labels && Array.from({ length: indices.length }, (_, i) => labels[first + i]!);
  const { denoised, variance: raw } = await model.denoise({ x, levels, labels: own });
  const chosen: Variance = variances.get(variance === 'auto' ? (raw ? 'learned-range' : 'fixed-small') : variance);
  if (chosen.learned && !raw) {
    throw new ToolkitError(
      'bad-option',
      `nll-vlb: variance ${chosen.name} needs a network with channels for it, and this one has none. Take fixed-small.`,
    );
  }
  const mean = floats(clean.shape);
  const logVariance = floats(clean.shape);
  for (const [row, index] of indices.entries()) {
    const at = { more: levels[row]!, less: index === 0 ? cleanLevel : grid.level(index - 1) };
    const q = posterior(at.more, at.less);
    // The last step ends in the data: its posterior has no width, so the width of the forward step is the decoder's.
    const line =
      index === 0 && !chosen.learned
        ? { constant: 2 * Math.log(q.sigmaLarge), raw: 0 }
        : chosen.logVariance(index === 0 ? { ...at, floor: q.sigmaLarge ** 2 } : at);
    for (let i = row * size; i < (row + 1) * size; i++) {
      mean.data[i] = q.x * x.data[i]! + q.clean * denoised.data[i]!;
      logVariance.data[i] = line.constant + (line.raw === 0 ? 0 : line.raw * raw!.data[i]!);
    }
  }
  const values = quantum === null ? null : Math.round(2 / quantum) + 1;
  const decoder = values === null ? ({ kind: 'density' } as const) : ({ kind: 'discretised', values } as const);
  return boundTerms({ clean, x, indices, grid, mean, logVariance, decoder });
}

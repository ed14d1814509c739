import { floats, type HostArray } from '../../../src/core/host-array.js';
import { key } from '../../../src/core/random.js';
import { batchSpace } from '../../../src/core/space.js';
import { type Level, type Mixture, mixture } from '../../../src/diffusion/index.js';
import { category, plot, scatter } from '../../../src/plot/index.js';
import {
  classifierFree,
  type Denoiser,
  ddpm,
  dpmpp2m,
  type GuidanceFactory,
  type GuidedPath,
  type Roles,
  sample,
} from '../../../src/sampling/index.js';
import { evenly, grey } from './playground.js';

type Batch = HostArray<'float32'>;

/** Three classes in the plane that overlap, about which everything is known. */
const wanted = [
  { weight: 2, mean: [-0.5, 0.3], sd: 0.45 },
  { weight: 1, mean: [0.9, 0.6], sd: 0.3 },
];
const second = [{ weight: 2, mean: [0.6, -0.5], sd: 0.5 }];
const third = [{ weight: 2, mean: [-0.7, -0.7], sd: 0.4 }];
const all = mixture([...wanted, ...second, ...third]);
/** A model of the same class that has learnt less. */
const blurred = mixture(wanted.map(({ weight, mean }) => ({ weight, mean: mean.map((m) => 0.7 * m), sd: 0.8 })));

const rowsOf = (x: Batch, f: (at: ArrayLike<number>) => Float64Array): Batch => {
  const out = new Float32Array(x.data.length);
  for (let i = 0; i < x.data.length; i += 2) out.set(f(x.data.subarray(i, i + 2)), i);
  return floats(x.shape, out);
};
const exact =
  (data: Mixture): Denoiser<Batch> =>
  async (x, level) =>
    rowsOf(x, (at) => data.denoise(at, level));

const space = batchSpace();
const [own, any] = [mixture(wanted), all];
const roles: Roles<Batch> = {
  conditional: exact(own),
  unconditional: exact(any),
  negatives: [exact(mixture(second))],
  weak: exact(blurred),
  parts: [
    { denoise: exact(own), weight: 1 },
    { denoise: exact(mixture(second)), weight: 0.7 },
  ],
  guided: classifierFree({ conditional: exact(own), unconditional: exact(any), space, scale: 4 }),
  // ∇log p(y | x) = ∇log p(x | y) − ∇log p(x)
  gradient: async (x, level) =>
    rowsOf(x, (at) => {
      const [up, down] = [own.score(at, level), any.score(at, level)];
      return up.map((value, i) => value - down[i]!);
    }),
};

/** What is drawn of each where its defaults show little. */
const shownOptions: Readonly<Record<string, object>> = {
  'classifier-free': { scale: 3 },
  negative: { scale: 1.7 },
  'cfg++': { scale: 0.3 },
  interval: { low: 0.3, high: 1.5 },
  'classifier-score': { scale: 3 },
  'classifier-mean': { scale: 3 },
};

/** Where points of one class end, guided and not, from the same noise. */
export async function guidancePicture(name: string, create: GuidanceFactory): Promise<string> {
  const { asks } = create.definition;
  const given = Object.fromEntries(asks.map((role) => [role, roles[role]]));
  const options = shownOptions[name] ?? {};
  const alone = asks.includes('gradient') ? { ...given, guided: exact(any) } : given;
  const made = create<Batch>({ ...alone, space, ...options } as never);
  const path: GuidedPath<Batch> = typeof made === 'function' ? { denoise: made, landings: [] } : made;
  const sampler = name === 'classifier-mean' ? ddpm() : dpmpp2m();
  const steps: readonly Level[] = [...evenly(60, [-7, 7]), { alpha: 1, sigma: 0 }];
  const start = space.gaussian(floats([400, 2]), key(4));
  const walk = { sampler, steps, start, space, key: key(5) };
  const [plain, guided] = [await sample({ ...walk, denoise: exact(own) }), await sample({ ...walk, ...path })];
  const domain = [-2, 2] as const;
  const settings = Object.entries(options).map(([option, value]) => `${option} ${String(value)}`);
  return plot({
    title: [name, ...settings].join(', '),
    subtitle: 'One class of a mixture in the plane, by exact denoisers',
    width: 460,
    equal: true,
    x: { domain, ticks: 4 },
    y: { domain, ticks: 4 },
    marks: [
      scatter({ points: plain.data, colour: grey, size: 4, opacity: 0.6, label: 'the class' }),
      scatter({ points: guided.data, colour: category(0), size: 4, opacity: 0.75, label: 'guided' }),
    ],
  });
}

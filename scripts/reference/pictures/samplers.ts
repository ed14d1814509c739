import { floats } from '../../../src/core/host-array.js';
import { key } from '../../../src/core/random.js';
import { numberSpace } from '../../../src/core/space.js';
import { histogram, logSnr } from '../../../src/diffusion/index.js';
import { bars, category, line, type PlotOptions, panels, scatter } from '../../../src/plot/index.js';
import {
  type Denoiser,
  ddim,
  euler,
  reversed,
  type Sampler,
  type SamplerFactory,
  type Steps,
  sample,
} from '../../../src/sampling/index.js';
import {
  type Batch,
  bells,
  denoiseOne,
  densityMark,
  drawn,
  evenly,
  flowed,
  grey,
  levelOf,
  shown,
  walked,
} from './playground.js';

/** Options with which a picture of a sampler says more than with its defaults. */
const options: Readonly<Record<string, object>> = {
  'annealed-langevin': { repeats: 30 },
};

/** What these samplers walk with is the consistency function: where the ODE through x ends. */
const distilled = new Set(['consistency', 'lcm', 'tcd']);

/** Samplers whose tolerance decides how many steps they take. */
const adaptive = new Set(['dpm-adaptive', 'rk45']);

const few = 14;
const many = 1500;

/** The ways of a few points, and beside them what the sampler is worth. */
export async function samplerPicture(name: string, create: SamplerFactory): Promise<string> {
  const { direction } = create.definition;
  const sampler = create(options[name] ?? {});
  const count = distilled.has(name) ? 4 : adaptive.has(name) ? 12 : 24;
  const steps: Steps = direction === 'up' ? reversed(evenly(count)) : evenly(count);
  const first = levelOf(shown[direction === 'up' ? 1 : 0]);
  const denoise = distilled.has(name) ? consistencyFunction : undefined;
  const states = await walked({ sampler, steps, start: drawn(many, first), ...(denoise && { denoise }) });
  const lambdas = states.map(({ level }) => logSnr(level));
  const ways = Array.from({ length: few }, (_, i) =>
    line({ x: lambdas, y: states.map(({ x }) => x.data[i]!), colour: '#ffffff', width: 1.2, opacity: 0.85 }),
  );
  const paths: PlotOptions = {
    title: `${count} ${adaptive.has(name) ? 'intervals' : 'steps'}${direction === 'up' ? ', from data to noise' : ''}`,
    x: { label: 'log-SNR: noise on the left, data on the right', domain: shown },
    y: { label: 'x', domain: [-2.6, 2.6] },
    marks: [densityMark(), ...ways],
  };
  const noisy = isNoisy(states.at(-1)!.x, await again({ sampler, steps, first, ...(denoise && { denoise }) }));
  const beside =
    direction === 'up'
      ? await returnPanel(name, create)
      : noisy || distilled.has(name)
        ? endsPanel(states.at(-1)!.x)
        : await errorPanel(name, create);
  return panels([paths, beside], {
    title: name,
    subtitle: 'Three bells on a line with their exact denoiser; colours: the exact density of every moment',
    width: 880,
    innerHeight: 250,
  });
}

interface Again {
  readonly sampler: Sampler;
  readonly steps: Steps;
  readonly first: ReturnType<typeof levelOf>;
  readonly denoise?: Denoiser<Batch>;
}

/** The same walk of one point, under another key: whether it ends elsewhere says whether there is noise in it. */
async function again({ sampler, steps, first, denoise }: Again): Promise<Batch> {
  const start = drawn(many, first);
  return (await walked({ sampler, steps, start, ...(denoise && { denoise }), seed: 2 })).at(-1)!.x;
}

const isNoisy = (a: Batch, b: Batch): boolean => a.data.some((value, i) => Math.abs(value - b.data[i]!) > 1e-6);

/** Where the ODE through x ends. It rises with x, so a table serves all places of one level. */
const consistencyFunction: Denoiser<Batch> = async (x, level) => {
  const end = levelOf(9);
  const [reach, count] = [5, 400];
  const ends = Array.from(
    { length: count + 1 },
    (_, i) => flowed(((2 * i) / count - 1) * reach, level, end) / end.alpha,
  );
  return floats(
    x.shape,
    x.data.map((value) => {
      const at = Math.min(count - 1e-6, Math.max(0, ((value / reach + 1) * count) / 2));
      const below = Math.floor(at);
      return ends[below]! + (at - below) * (ends[below + 1]! - ends[below]!);
    }),
  );
};

/** Where stochastic walks end, against where they should. */
function endsPanel(end: Batch): PlotOptions {
  const level = levelOf(shown[1]);
  const cells = { from: -2, to: 2, count: 40 };
  const edges = Array.from({ length: 41 }, (_, i) => -2 + i / 10);
  const x = Array.from({ length: 161 }, (_, i) => -2 + i / 40);
  return {
    title: `where ${many} of them end`,
    x: { label: 'x' },
    y: { label: 'density' },
    marks: [
      bars({ edges, values: [...histogram(end.data, cells)], fill: 1, opacity: 0.55, label: 'samples' }),
      line({ x, y: x.map((at) => bells.density([at], level)), colour: category(1), label: 'exact' }),
    ],
  };
}

/** Log-SNRs between which errors are measured. */
const measured = [-5, 5] as const;
const counts = [4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128];
const starts = [-1.9, -1.2, -0.7, -0.3, 0.05, 0.4, 0.8, 1.3, 2];
const exact = starts.map((x) => flowed(x, levelOf(measured[0]), levelOf(measured[1])));

interface Point {
  readonly calls: number;
  readonly error: number;
}

/** Root mean square of the distance to where the ODE ends, and the calls of the denoiser that it took. */
async function errorOf(sampler: Sampler, count: number): Promise<Point> {
  let calls = 0;
  const denoise: Denoiser<number> = (x, level) => {
    calls += 1;
    return denoiseOne(x, level);
  };
  let square = 0;
  for (const [i, start] of starts.entries()) {
    const steps = evenly(count, measured);
    const end = await sample({ denoise, sampler, steps, start, space: numberSpace, key: key(0) });
    square += (end - exact[i]!) ** 2 / starts.length;
  }
  return { calls: calls / starts.length, error: Math.sqrt(square) };
}

async function errorPanel(name: string, create: SamplerFactory): Promise<PlotOptions> {
  const settings = adaptive.has(name)
    ? [1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 1e-5].map((tolerance) => ({ tolerance, count: 2 }))
    : counts.map((count) => ({ tolerance: null, count }));
  const points: Point[] = [];
  for (const { tolerance, count } of settings) {
    const sampler = create(tolerance === null ? {} : ({ rtol: tolerance, atol: tolerance } as never));
    const found = await errorOf(sampler, count).catch(() => null);
    if (found) points.push(found);
  }
  const plain: Point[] = [];
  for (const count of counts) plain.push(await errorOf(euler(), count));
  const isPlain = points.every(({ error }, i) => Math.abs(error - plain[i]!.error) < 1e-9);
  return errorPlot(points, isPlain ? null : plain, 'error of the end against calls of the denoiser');
}

function errorPlot(points: readonly Point[], plain: readonly Point[] | null, title: string): PlotOptions {
  const mark = (of: readonly Point[], look: { colour: string; label: string }) => [
    line({ x: of.map(({ calls }) => calls), y: of.map(({ error }) => error), width: 2, ...look }),
    scatter({ points: of.flatMap(({ calls, error }) => [calls, error]), colour: look.colour, size: 6, opacity: 1 }),
  ];
  return {
    title,
    x: { label: 'calls', kind: 'log' },
    y: { label: 'error', kind: 'log' },
    marks: [
      ...(plain ? mark(plain, { colour: grey, label: 'euler, to compare' }) : []),
      ...mark(points, { colour: category(0), label: plain ? 'this sampler' : 'this sampler, the same as euler' }),
    ],
  };
}

/** How near to the picture one comes on the way up and down again. */
async function returnPanel(name: string, create: SamplerFactory): Promise<PlotOptions> {
  const round = async (settings: object, count: number): Promise<Point> => {
    const steps = evenly(count, measured);
    let square = 0;
    for (const x of [-1.3, -0.9, 0.1, 0.8, 1.2]) {
      const walk = { denoise: denoiseOne, space: numberSpace, key: key(0) };
      const noise = await sample({ ...walk, sampler: create(settings as never), steps: reversed(steps), start: x });
      const back = await sample({ ...walk, sampler: ddim(), steps, start: noise });
      square += (back - x) ** 2 / 5;
    }
    return { calls: count, error: Math.sqrt(square) };
  };
  const points = await Promise.all(counts.map((count) => round({}, count)));
  const better = name === 'ddim-inverse' ? { refinements: 3 } : null;
  const refined = better ? await Promise.all(counts.map((count) => round(better, count))) : null;
  const mark = (of: readonly Point[], colour: string, label: string) => [
    line({ x: of.map(({ calls }) => calls), y: of.map(({ error }) => error), width: 2, colour, label }),
    scatter({ points: of.flatMap(({ calls, error }) => [calls, error]), colour, size: 6, opacity: 1 }),
  ];
  return {
    title: 'up, and down again with ddim',
    x: { label: 'steps', kind: 'log' },
    y: { label: 'distance to where it began', kind: 'log' },
    marks: [
      ...mark(points, category(0), 'as it is'),
      ...(refined ? mark(refined, category(2), 'with 3 refinements') : []),
    ],
  };
}

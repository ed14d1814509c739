import { floats, type HostArray } from '../../core/host-array.js';
import { batchSpace } from '../../core/space.js';
import { type DataSet, finish } from '../../data/dataset.js';
import { parseData } from '../../data/parse.js';
import { pointSets } from '../../data/points/index.js';
import { type Grid, type Level, type Mixture, mixture } from '../../diffusion/index.js';
import { batchNetwork, type DiffusionModel, isPointModel } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { assemble, type Denoiser, denoiser, type Scheme } from '../../sampling/index.js';
import { openModel } from '../model/open-model.js';
import { usageError } from '../parse.js';
import type { TrainPlan } from '../train/plan.js';
import { schemeOf } from '../train/plan.js';
import { pointScheme } from '../train/point-plan.js';
import { isRun, readRunConfig } from '../train/run-folder.js';
import type { PlotContext } from './define-plot.js';
import { lineMixture, mixtureDenoiser } from './exact.js';
import type { PlotOptions } from './plot-options.js';

type Batch = HostArray<'float32'>;

/** What trajectories, fields and densities are drawn of: a model of points, or a distribution whose denoiser is exact. */
export interface Subject {
  readonly name: string;
  /** Numbers in a point. */
  readonly dim: number;
  readonly scheme: Scheme;
  readonly grid: Grid;
  /** The distribution itself, where it is known. */
  readonly exact: Mixture | null;
  /** Points of the data, where they are known: for the background. */
  readonly data: Batch | null;
  /** The denoiser for up to `count` points at a time; disposed after use. */
  open(count: number): Promise<{ readonly denoise: Denoiser<Batch> } & Disposable>;
}

/** A distribution is made of at most so many bells: the exact denoiser visits all of them for every point. */
const mostCentres = 500;

/** Opens `1d`, `2d:NAME`, or a folder with a model of points. */
export async function openSubject(
  name: string,
  { options, runtime, out }: Pick<PlotContext, 'runtime' | 'out'> & { readonly options: Pick<PlotOptions, 'schedule'> },
): Promise<Subject> {
  const scheme = pointScheme(schemeOf({ schedule: options.schedule, prediction: 'v' }, 'plot'));
  if (name === '1d') return exactSubject({ name, exact: lineMixture(), scheme, data: null });
  const [first = '', ...rest] = name.split(':');
  const which = first === '2d' ? rest.join(':') || 'swissroll' : Object.hasOwn(pointSets.entries, first) ? name : null;
  if (which !== null) return exactPoints(which, scheme);
  return modelSubject(name, await openModel(name, out), runtime);
}

interface Exact {
  readonly name: string;
  readonly exact: Mixture;
  readonly scheme: Scheme;
  readonly data: Batch | null;
}

const exactSubject = ({ name, exact, scheme, data }: Exact): Subject => ({
  name,
  dim: exact.dimension,
  scheme,
  grid: assemble(scheme).grid,
  exact,
  data,
  open: async () => ({ denoise: mixtureDenoiser(exact), [Symbol.dispose]: () => undefined }),
});

/** A data set in the plane as a mixture: its own few bells, or a narrow one around each of many points. */
async function exactPoints(which: string, scheme: Scheme): Promise<Subject> {
  const { dataset } = parseData(`2d:${which}`);
  const load = (more: object): Promise<DataSet> => finish(dataset.load({ which, ...more } as never));
  const [bare, noisy] = [await load({ noise: 0, count: mostCentres }), await load({ count: 2000 })];
  const seen = new Map<string, readonly [number, number]>();
  for (let i = 0; i < bare.count; i++) {
    const [x, y] = [bare.images[2 * i]!, bare.images[2 * i + 1]!];
    seen.set(`${x.toFixed(5)} ${y.toFixed(5)}`, [x, y]);
  }
  const centres = [...seen.values()];
  const noise = pointSets.get(which.split(':')[0]!).noise;
  const sd = Math.max(noise, 0.02);
  const exact = mixture(centres.map((mean) => ({ weight: 1, mean, sd })));
  return exactSubject({
    name: `2d:${which}`,
    exact,
    scheme,
    data: floats([noisy.count, 2], noisy.images as Float32Array),
  });
}

async function modelSubject(path: string, model: DiffusionModel, runtime: () => Runtime): Promise<Subject> {
  if (!isPointModel(model)) {
    throw usageError(`plot: ${path} is a model of pictures; fields, densities and trajectories are drawn of points.`);
  }
  const { grid, precondition } = assemble(model.scheme);
  const rows = model.config.num_class_embeds;
  return {
    name: path,
    dim: model.config.in_channels,
    scheme: model.scheme,
    grid,
    exact: null,
    data: await dataOf(path),
    async open(count) {
      const network = batchNetwork({ model, runtime: runtime(), batch: count });
      const labels = rows === null ? null : new Array<number>(count).fill(model.classes?.length ?? 0);
      const run = (x: Batch, t: number): Promise<Batch> => network.run(x, t, labels);
      return {
        denoise: denoiser({ network: run, precondition, space: batchSpace() }),
        [Symbol.dispose]: () => network[Symbol.dispose](),
      };
    },
  };
}

/** What a run was trained on, where it can be drawn again. */
async function dataOf(path: string): Promise<Batch | null> {
  if (!isRun(path)) return null;
  const { options } = (await readRunConfig(path)) as unknown as TrainPlan;
  if (!options.data.startsWith('2d')) return null;
  const { dataset, options: own } = parseData(options.data);
  const data = await finish(dataset.load({ ...own, count: 2000 } as never)).catch(() => null); // a drawing may be gone
  return data && floats([data.count, 2], data.images as Float32Array);
}

/** The level at a time t ∈ [0, 1] of the levels of training. */
export const levelAt = ({ grid }: Subject, t: number): Level => grid.level(Math.round(t * (grid.count - 1)));

/** The times that `--at` names. */
export function timesOf(list: string): readonly number[] {
  const times = list.split(',').map((word) => (word.trim() === '' ? Number.NaN : Number(word)));
  if (times.every((t) => t >= 0 && t <= 1) && times.length <= 12) return times;
  throw usageError(`plot: --at must be up to 12 numbers in [0, 1], joined by commas, got "${list}".`);
}

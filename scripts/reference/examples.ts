import * as core from '../../src/core/index.js';
import * as data from '../../src/data/index.js';
import * as diffusion from '../../src/diffusion/index.js';
import * as metrics from '../../src/metrics/index.js';
import * as sampling from '../../src/sampling/index.js';
import * as training from '../../src/training/index.js';
import { stepOptions } from './pictures/steps.js';

const modules: Readonly<Record<string, object>> = {
  'langevin/core': core,
  'langevin/data': data,
  'langevin/diffusion': diffusion,
  'langevin/metrics': metrics,
  'langevin/sampling': sampling,
  'langevin/training': training,
};

type Module = (modules: Readonly<Record<string, object>>) => Promise<unknown>;
const AsyncFunction = (async () => undefined).constructor as new (argument: string, body: string) => Module;

/** The code with the value of its last line beside it: `expression; // → value`. What it imports is run from src. */
export async function executed(code: string): Promise<string> {
  const lines = code.trim().split('\n');
  const last = lines.pop()!.replace(/;$/, '');
  const body = [...lines, `return (${last});`]
    .join('\n')
    .replace(/^import (\{[^}]+\}) from '([^']+)';$/gm, (_, names: string, from: string) => {
      return `const ${names.replaceAll(' as ', ': ')} = modules['${from}'];`;
    });
  const value = await new AsyncFunction('modules', body)(modules);
  return [...lines, `${last}; // → ${written(value)}`].join('\n');
}

/** A value as it is written in code. */
function written(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  throw new Error(`An example ends in ${String(value)}, which cannot be written as code.`);
}

const options = (given: object | undefined): string =>
  given
    ? `{ ${Object.entries(given)
        .map(([name, value]) => `${name}: ${written(value)}`)
        .join(', ')} }`
    : '';

/** What is run where the source has no example of its own, by the folder of the kind. */
export const usualExamples: Readonly<
  Record<string, (at: { readonly name: string; readonly exported: string }) => string>
> = {
  steps: ({ name, exported }) => `
import { grid, ${name === 'flow' ? 'straight' : 'linear'} } from 'langevin/diffusion';
import { ${[exported, 'intervals'].sort().join(', ')} } from 'langevin/sampling';
const training = grid({ schedule: ${name === 'flow' ? 'straight' : 'linear'}() });
const steps = ${exported}(${options(stepOptions[name])}).levels({ count: 5, grid: training });
intervals(steps).map(({ from }) => (from.sigma / from.alpha).toPrecision(2))`,

  samplers: ({ name, exported }) => `
import { batchSpace, floats, key } from 'langevin/core';
import { ${[exported, 'karrasSteps', ...(isUp(name) ? ['reversed'] : []), 'sample'].sort().join(', ')} } from 'langevin/sampling';
const space = batchSpace();
const { data } = await sample({
  // of data ~ N(1, 0.5²): the best denoiser is a formula
  denoise: async (x, { sigma }) => space.map(x, (value) => 1 + (0.25 / (0.25 + sigma ** 2)) * (value - 1)),
  sampler: ${exported}(),
  steps: ${isUp(name) ? 'reversed(karrasSteps({ count: 20, sigmaMin: 0.02, sigmaMax: 10 }))' : 'karrasSteps({ count: 20, sigmaMin: 0.02, sigmaMax: 10 })'},
  start: floats([1, 1], [${isUp(name) ? '1.5' : '9'}]),
  space,
  key: key(0),
});
data[0].toFixed(2)`,

  weightings: ({ exported }) => `
import { epsilon, ${exported}, v, x0 } from 'langevin/diffusion';
const weight = (prediction) => ${exported}().weight({ level: { alpha: 0.6, sigma: 0.8 }, prediction });
[epsilon, v, x0].map((prediction) => weight(prediction).toFixed(3))`,

  levels: ({ exported }) => `
import { key } from 'langevin/core';
import { cosine, grid, ${exported} } from 'langevin/diffusion';
const { times } = ${exported}().times({ key: key(0), count: 1000, grid: grid({ schedule: cosine() }) });
(times.reduce((sum, t) => sum + t, 0) / 1000).toFixed(2)`,

  preconditions: ({ exported }) => `
import { cosine, epsilon, grid, ${exported} } from 'langevin/diffusion';
const training = grid({ schedule: cosine() });
${exported}({ grid: training, prediction: epsilon })(training.level(321)).cNoise`,

  curves: ({ exported }) => `
import { ${exported} } from 'langevin/training';
const factor = ${exported}({ warmup: 100 });
[0, 49, 100, 550, 999].map((step) => factor({ step, total: 1000 }).toFixed(3))`,

  optimizers: ({ exported }) => `
import { ${exported} } from 'langevin/training';
${exported}.definition.slots.join(', ')`,

  transforms: ({ exported }) => `
import { key } from 'langevin/core';
import { ${exported} } from 'langevin/data';
const item = { name: 'a', label: 0, caption: '', attributes: [], split: 'train', mirrorable: true };
const picture = { image: new Float32Array(3 * 8 * 8), channels: 3, size: 8, item, key: key(0) };
${exported}({ probability: 1 }).apply(picture).label.map((done) => done !== 0)`,

  metrics: ({ exported }) => `
import { batchSpace, floats, key } from 'langevin/core';
import { ${exported}, measured } from 'langevin/metrics';
const [reference, samples] = [1, 2].map((seed) => batchSpace().gaussian(floats([200, 2]), key(seed)));
const { estimates } = await measured(${exported}().measure({ reference, samples, key: key(0) }));
estimates.map(({ name, value }) => \`\${name} \${value.toFixed(2)}\`)`,

  points: ({ name }) => `
import { datasets, finish } from 'langevin/data';
const data = await finish(datasets.get('2d').load({ which: '${name}', count: 500 }));
[data.count, data.classes?.length ?? 0]`,

  datasets: ({ name, exported }) => `
import { datasets, ${exported} } from 'langevin/data';
[datasets.get('${name}') === ${exported}, ${exported}.usage]`,

  limits: ({ exported }) => `
import { batchSpace, floats } from 'langevin/core';
import { ${exported} } from 'langevin/sampling';
const limit = ${exported}({ max: 4 });
[...limit.apply(floats([1, 4], [-4, -1, 0, 2]), batchSpace()).data].map((value) => value.toFixed(2))`,

  processes: ({ exported }) => processExamples[exported]!,
};

const isUp = (name: string): boolean =>
  (sampling.samplers.get(name).definition as sampling.SamplerDefinition<core.OptionSpecs>).direction === 'up';

/** Examples that are not code: of what needs files or a trained model. */
export const consoleExamples: Readonly<Record<string, string>> = {
  'metrics/nll-ode': 'langevin eval --model runs/2d-swissroll --metric nll-ode -n 500',
  'metrics/nll-vlb': 'langevin eval --model runs/2d-swissroll --metric nll-vlb -n 500',
  'points/svg': 'langevin train --data 2d:svg:drawing.svg --steps 2000',
};

const processExamples: Readonly<Record<string, string>> = {
  diffuse: `
import { batchSpace, floats } from 'langevin/core';
import { cosine, diffuse } from 'langevin/diffusion';
const [clean, noise] = [floats([1, 2], [1, -1]), floats([1, 2], [0, 2])];
const x = diffuse({ clean, noise, level: cosine({ offset: 0 }).level(0.5), space: batchSpace() });
[...x.data].map((value) => value.toFixed(3))`,
  mixRows: `
import { floats } from 'langevin/core';
import { mixRows } from 'langevin/diffusion';
const [clean, noise] = [floats([2, 1], [1, 1]), floats([2, 1], [2, 2])];
const mixes = [{ clean: 1, noise: 0 }, { clean: 0.5, noise: 0.25 }];
[...mixRows({ clean, noise, mixes }).data]`,
  posterior: `
import { posterior } from 'langevin/diffusion';
const { x, clean, sigma } = posterior({ alpha: 1, sigma: 5 }, { alpha: 1, sigma: 3 });
[x, clean, sigma].map((value) => value.toFixed(2))`,
  posteriorFloat32: `
import { cosine, grid, posterior, posteriorFloat32 } from 'langevin/diffusion';
const training = grid({ schedule: cosine() });
const [more, less] = [training.level(500), training.level(499)];
Math.abs(posteriorFloat32(more, less).x / posterior(more, less).x - 1) < 1e-3`,
  simulateReverse: `
import { batchSpace, floats, key } from 'langevin/core';
import { mixture, simulateReverse, vp } from 'langevin/diffusion';
const bell = mixture([{ weight: 1, mean: [2], sd: 0.5 }]);
const score = (x, level) => floats(x.shape, x.data.map((value) => bell.score([value], level)[0]));
const space = batchSpace();
const x = space.gaussian(floats([1, 2000]), key(1));
const states = [...simulateReverse({ schedule: vp(), x, steps: 200, to: 0.001, space, key: key(0), score })];
(states[199].x.data.reduce((sum, value) => sum + value, 0) / 2000).toFixed(1)`,
  probabilityFlow: `
import { constant, probabilityFlow } from 'langevin/diffusion';
const { x, score, noise } = probabilityFlow({ schedule: constant({ beta: 0.004 }), t: 0.5 });
[x, score, noise].map((value) => value.toFixed(1))`,
  entropyCurve: `
import { cosine, entropyCurve, mixture } from 'langevin/diffusion';
const data = mixture([{ weight: 1, mean: [-1], sd: 0.1 }, { weight: 1, mean: [1], sd: 0.1 }]);
const points = entropyCurve({ schedule: cosine(), data, count: 5 });
points.map(({ information }) => information.toFixed(2))`,
  leastError: `
import { leastError, mixture } from 'langevin/diffusion';
const data = mixture([{ weight: 1, mean: [0], sd: 1 }]);
leastError({ data, level: { alpha: 0.6, sigma: 0.8 } }).toFixed(2)`,
  ink: `
import { key } from 'langevin/core';
import { ink, mixture, vp } from 'langevin/diffusion';
const drop = mixture([{ weight: 1, mean: [-1], sd: 0.2 }]);
const cells = { from: -3, to: 3, count: 60 };
const { exact, equation } = ink({ drop, schedule: vp(), t: 0.2, cells, particles: 100, key: key(0) });
exact.every((p, i) => Math.abs(p - equation[i]) < 0.01)`,
  histogram: `
import { histogram } from 'langevin/diffusion';
[...histogram([0.1, 0.2, 0.7, 0.9], { from: 0, to: 1, count: 2 })]`,
  densityOn: `
import { densityOn, mixture } from 'langevin/diffusion';
const data = mixture([{ weight: 1, mean: [0], sd: 1 }]);
const axes = [{ from: -1, to: 1, count: 2 }];
[...densityOn({ mixture: data, level: { alpha: 0.6, sigma: 0.8 }, axes })].map((p) => p.toFixed(3))`,
  centres: `
import { centres } from 'langevin/diffusion';
[...centres({ from: 0, to: 1, count: 4 })]`,
  fokkerPlanck: `
import { fokkerPlanck, vp } from 'langevin/diffusion';
const cells = { from: -2, to: 2, count: 40 };
const density = Array.from({ length: 40 }, (_, i) => (i === 30 ? 10 : 0));
const after = fokkerPlanck({ schedule: vp(), cells, density, to: 0.1, steps: 20 });
(after.reduce((sum, p) => sum + p, 0) / 10).toFixed(6)`,
};

/**
 * Quality against variety over the scale of classifier-free guidance: FID, precision and recall, coverage, and the share of
 * pictures that an independent judge takes for their class. Labels are those of N pictures of the data, so that classes
 * are as frequent as there; FID compares with all of the data, nearest neighbours with these N.
 *
 * With --classifier or --weak, the kinds of guidance beside each other in the place of scales.
 *
 *   node --import tsx scripts/results/guidance-scale.ts [--model DIR] [--data DATA] [--judge DIR] [--features DIR]
 *     [--scales 0,1,3] [--classifier DIR] [--weak DIR] [--method NAME] [-n N] [--steps N] [--sampler NAME] [--references N] [--seed N] [--threads N] [--out PLOT.svg]
 */
import { parseArgs } from 'node:util';
import { concatRows, type HostArray, rows } from '../../src/core/host-array.js';
import { fold, key, permutation } from '../../src/core/random.js';
import { type DataSet, finish, gather, parseData, splitIndices } from '../../src/data/index.js';
import { writeFileAtomic } from '../../src/files/atomic.js';
import {
  classAccuracy,
  densityCoverage,
  type Estimate,
  fid,
  measured,
  precisionRecall,
} from '../../src/metrics/index.js';
import {
  classifierFeatures,
  type Guiding,
  type GuidingModels,
  generateAll,
  judge,
  loadClassifier,
  loadModel,
} from '../../src/pipelines/index.js';
import { band, category, line, panels } from '../../src/plot/index.js';
import { createRuntime } from '../../src/runtime/node.js';
import type { GuidanceName, SamplerName } from '../../src/sampling/index.js';

type Batch = HostArray<'float32'>;

const { values: told } = parseArgs({
  options: {
    model: { type: 'string', default: 'models/emoji-32' },
    data: { type: 'string', default: 'emoji' },
    judge: { type: 'string', default: 'models/judge-32' },
    features: { type: 'string', default: 'models/features-32' },
    scales: { type: 'string', default: '0,0.5,1,1.5,2,3,5,8' },
    method: { type: 'string', default: 'classifier-free' },
    classifier: { type: 'string', default: '' },
    weak: { type: 'string', default: '' },
    n: { type: 'string', short: 'n', default: '1000' },
    steps: { type: 'string', default: '20' },
    sampler: { type: 'string', default: 'dpmpp-2m' },
    references: { type: 'string', default: 'all' },
    seed: { type: 'string', default: '0' },
    threads: { type: 'string', default: '2' },
    out: { type: 'string', default: '' },
  },
});
const [n, steps, seed] = [Number(told.n), Number(told.steps), Number(told.seed)];
const scales = told.scales.split(',').map(Number);

const model = await loadModel(told.model);
const runtime = createRuntime({ threads: Number(told.threads) });
const { dataset, options } = parseData(told.data);
const size = (model.config as { readonly sample_size?: number }).sample_size;
const data: DataSet = await finish(dataset.load(options, { size }));
const features = classifierFeatures({ model: await loadClassifier(told.features), runtime, name: told.features });
const opinion = judge({ model: await loadClassifier(told.judge), runtime, name: told.judge });

/** Rows of a network's answers to many pictures. */
async function answers(
  count: number,
  pictures: (from: number, to: number) => Batch,
  ask: (x: Batch) => Promise<Batch>,
) {
  const parts: Batch[] = [];
  for (let from = 0; from < count; from += 64) parts.push(await ask(pictures(from, Math.min(count, from + 64))));
  return concatRows(parts);
}

const seen = (positions: readonly number[], ask: (x: Batch) => Promise<Batch>): Promise<Batch> =>
  answers(positions.length, (from, to) => gather(data, positions.slice(from, to)).x, ask);
/** The judge's output for a label of the data. */
const wantedOf = (label: number): number => opinion.classes.indexOf(data.classes![label]!);

const train = [...splitIndices(data, 'train')];
const held = [...splitIndices(data, 'val'), ...splitIndices(data, 'test')].filter((i) => data.item(i).label >= 0);
const order = permutation(fold(key(seed), 'results', 'guidance-scale'), train.length);
const labels = Array.from({ length: n }, (_, i) => {
  const { label } = data.item(train[order[i % train.length]!]!);
  return model.classes!.indexOf(data.classes![label]!);
});
const compared =
  told.references === 'all' ? train : Array.from(order.subarray(0, Number(told.references)), (i) => train[i]!);
const reference = await seen(compared, features.extract);
// Metrics of nearest neighbours compare as many with as many: with the pictures whose labels are drawn.
const neighbours = await seen(
  Array.from({ length: Math.min(n, train.length) }, (_, i) => train[order[i]!]!),
  features.extract,
);
const truth = await measured(
  classAccuracy().measure({
    samples: {
      logits: await seen(held, opinion.judge),
      wanted: held.map((i) => wantedOf(data.item(i).label)),
    },
    reference: null,
  }),
);

const columns = ['fid', 'precision', 'recall', 'density', 'coverage', 'class-accuracy'] as const;
type Row = Readonly<Record<(typeof columns)[number], Estimate>>;

interface Setting {
  readonly name: string;
  readonly guidance: Guiding;
  readonly models?: GuidingModels;
}

const byScale = (scale: number): Setting => ({
  name: String(scale),
  guidance: { choices: [{ name: told.method as GuidanceName, options: { scale } }] },
});

/** The kinds of guidance at usual settings; those of other networks where these are named. */
async function kinds(): Promise<readonly Setting[]> {
  const free = (scale: number) => ({ name: 'classifier-free', options: { scale } }) as const;
  const alone: readonly Setting[] = [
    { name: 'none', guidance: { choices: [] } },
    { name: 'classifier-free, 2', guidance: { choices: [free(2)] } },
    { name: 'classifier-free, 3', guidance: { choices: [free(3)] } },
    {
      name: 'classifier-free, 3, σ/α in 0.3 to 3',
      guidance: { choices: [free(3), { name: 'interval', options: { low: 0.3, high: 3 } }] },
    },
    {
      name: 'classifier-free, 3, rescaled by 0.7',
      guidance: { choices: [free(3), { name: 'rescale', options: { factor: 0.7 } }] },
    },
    { name: 'apg, 3', guidance: { choices: [{ name: 'apg', options: { scale: 3 } }] } },
    { name: 'cfg++, 0.4', guidance: { choices: [{ name: 'cfg++', options: { scale: 0.4 } }] } },
    { name: 'cfg++, 0.8', guidance: { choices: [{ name: 'cfg++', options: { scale: 0.8 } }] } },
  ];
  const models: GuidingModels = {
    ...(told.weak !== '' && { weak: await loadModel(told.weak) }),
    ...(told.classifier !== '' && { classifier: await loadClassifier(told.classifier) }),
  };
  const { weak, classifier } = models;
  const away = [1.5, 2, 3].map((scale): Setting => {
    const guidance = { choices: [{ name: 'autoguidance', options: { scale } } as const] };
    return { name: `autoguidance, ${scale}`, guidance, models };
  });
  const towards = classifier ? labels.map((label) => classifier.classes.indexOf(model.classes![label]!)) : [];
  const late = { name: 'interval', options: { low: 0, high: 3 } } as const;
  const climbs = [1, 3, 6].flatMap((scale): readonly Setting[] => {
    const climb = { name: 'classifier-score', options: { scale } } as const;
    return [
      { name: `classifier, ${scale}`, guidance: { choices: [climb], towards }, models },
      { name: `classifier, ${scale}, σ/α to 3`, guidance: { choices: [climb, late], towards }, models },
    ];
  });
  return [...alone, ...(weak ? away : []), ...(classifier ? climbs : [])];
}

/** Everything that is measured of one setting. */
async function measureSetting({ guidance, models }: Setting): Promise<Row> {
  const scheme = { sampler: { name: told.sampler as SamplerName } };
  const how = { guidance, ...models, steps, scheme, batch: 24 };
  const pictures = await generateAll({ model, runtime, count: n, seed, labels, ...how });
  const part = (from: number, to: number): Batch => rows(pictures, from, to);
  const sets = { reference, samples: await answers(n, part, features.extract), key: fold(key(seed), 'metric') };
  const samples = {
    logits: await answers(n, part, opinion.judge),
    wanted: labels.map((label) => opinion.classes.indexOf(model.classes![label]!)),
  };
  const found = [
    await measured(fid().measure(sets)),
    await measured(precisionRecall().measure({ ...sets, reference: neighbours })),
    await measured(densityCoverage().measure({ ...sets, reference: neighbours })),
    await measured(classAccuracy().measure({ samples, reference: null })),
  ].flatMap(({ estimates }) => estimates);
  return Object.fromEntries(columns.map((name) => [name, found.find((one) => one.name === name)!])) as Row;
}

const text = ({ value, interval }: Estimate): string => {
  const digits = (x: number): string => String(Number(x.toPrecision(3)));
  return interval ? `${digits(value)} (${digits(interval[0])} to ${digits(interval[1])})` : digits(value);
};

console.log(`N = ${n}, seed ${seed}, ${steps} steps of ${told.sampler}, ${told.model} on ${data.name}.`);
console.log(
  `Features ${told.features}, ${compared.length} references, judge ${told.judge}: right about ${text(truth.estimates[0]!)} of ${held.length} held-out pictures.`,
);
console.log(`Command: node --import tsx scripts/results/guidance-scale.ts ${process.argv.slice(2).join(' ')}\n`);
const compares = told.classifier !== '' || told.weak !== '';
console.log(
  `| ${compares ? 'Guidance' : 'Scale'} | ${columns.join(' | ')} |\n|---|${columns.map(() => '---|').join('')}`,
);
const table: Row[] = [];
for (const setting of compares ? await kinds() : scales.map(byScale)) {
  const row = await measureSetting(setting);
  table.push(row);
  console.log(`| ${[setting.name, ...columns.map((name) => text(row[name]))].join(' | ')} |`);
}

if (told.out !== '' && !compares) {
  const curve = (name: (typeof columns)[number], k: number, label: string) => {
    const own = table.map((row) => row[name]);
    const ends = (i: 0 | 1): number[] => own.map(({ interval }) => interval?.[i] ?? Number.NaN);
    return [
      band({ x: scales, low: ends(0), high: ends(1), colour: category(k) }),
      line({ x: scales, y: own.map(({ value }) => value), colour: category(k), label }),
    ];
  };
  const x = { label: 'scale of guidance' };
  const shares = [
    ...curve('class-accuracy', 1, 'class accuracy'),
    ...curve('precision', 2, 'precision'),
    ...curve('recall', 3, 'recall'),
    ...curve('coverage', 4, 'coverage'),
  ];
  const svg = panels(
    [
      { title: 'FID: lower is better', x, marks: curve('fid', 0, 'FID') },
      { title: 'shares: higher is better', x, y: { domain: [0, 1] }, marks: shares },
    ],
    {
      title: 'Guidance: quality against variety',
      subtitle: `${told.model}, ${n} pictures for each scale, ${steps} steps of ${told.sampler}, seed ${seed}`,
      innerHeight: 300,
    },
  );
  await writeFileAtomic(told.out, svg);
  console.log(`\nWrote ${told.out}.`);
}

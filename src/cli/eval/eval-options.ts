import {
  choice,
  flag,
  integer,
  type NumberOption,
  type OptionSpec,
  type OptionSpecs,
  text,
} from '../../core/options.js';
import { type MetricFactory, metrics } from '../../metrics/index.js';
import { pixelRanges } from '../../pipelines/index.js';
import { guidanceOptions } from '../sample/guidance-options.js';
import { sampleOptions } from '../sample/sample-options.js';

/** Options of metrics, told by their own names: each is passed on to the metrics that have it. */
export const metricOptions: OptionSpecs = Object.fromEntries(
  [...new Set(factories().flatMap(({ definition }) => Object.keys(definition.options)))].map((name) => {
    const owners = factories().filter(({ definition }) => Object.hasOwn(definition.options, name));
    return [
      name,
      shared(owners.map(({ definition }) => ({ owner: definition.name, spec: definition.options[name]! }))),
    ];
  }),
);

function factories(): readonly MetricFactory[] {
  return Object.values(metrics.entries) as unknown as readonly MetricFactory[];
}

interface Owned {
  readonly owner: string;
  readonly spec: OptionSpec;
}

/** One declaration for several metrics; where their defaults differ each keeps its own. */
function shared(all: readonly Owned[]): OptionSpec {
  const [{ spec }] = all as readonly [Owned];
  const whose = `For ${all.map(({ owner }) => owner).join(', ')}.`;
  if (all.every((one) => one.spec.default === spec.default)) return { ...spec, help: `${spec.help} ${whose}` };
  const usual = all.map((one) => `${one.spec.default} for ${one.owner}`).join(', ');
  return { ...(spec as NumberOption), default: null, help: `${spec.help} By default ${usual}.` };
}

const { class: classes, steps, sampler, spacing, eta, seed, random, batch } = sampleOptions;

/** What judging a model can be told, each declared once. */
export const evalOptions = {
  model: text({ default: null, placeholder: 'DIR', help: 'A model folder or a training run to be judged.' }),
  samples: text({
    default: null,
    placeholder: 'PATH',
    help: 'Samples to be judged instead: a directory of images or a .npy file.',
  }),
  data: text({
    default: 'emoji',
    placeholder: 'DATA',
    help: 'What they should look like, unless told what the run of the model was trained on, else emoji: emoji[:FILTER], a directory of images, mnist:DIR, 2d:SHAPE or a .npy file.',
  }),
  metric: text({
    default: null,
    placeholder: 'LIST',
    help: `Joined by commas: ${metrics.names.join(', ')}. By default what compares sets of such data.`,
  }),
  count: integer({
    default: null,
    min: 2,
    max: 1_000_000,
    help: 'Samples drawn, 1000 unless told; for likelihoods the samples of the data looked at, 64 unless told.',
  }),
  split: choice(['auto', 'train', 'val', 'test', 'held-out', 'all'], {
    default: 'auto',
    help: 'Side of the data; auto is train to compare samples with and held-out (val and test) for likelihoods.',
  }),
  references: integer({
    default: null,
    min: 2,
    help: 'Most samples of the data that are compared with; all unless told.',
  }),
  size: integer({ default: null, min: 4, max: 512, help: 'Side of the pictures; as the model says unless told.' }),
  features: text({
    default: null,
    placeholder: 'PATH',
    help: 'Network that pictures are compared by: the folder of a classifier, or any .onnx file; the shipped one unless told.',
  }),
  featureSize: integer({
    default: null,
    min: 8,
    max: 2048,
    help: 'Side that an .onnx network takes; what it fixes, else 299.',
  }),
  featureRange: choice(['auto', ...(Object.keys(pixelRanges) as (keyof typeof pixelRanges)[])], {
    default: 'auto',
    help: 'Range of the pixels of an .onnx network; auto is 0..255 for bytes, else -1..1.',
  }),
  featureInput: text({ default: null, placeholder: 'NAME', help: 'Input of an .onnx network; the first unless told.' }),
  featureOutput: text({
    default: null,
    placeholder: 'NAME',
    help: 'Output of an .onnx network; the first unless told.',
  }),
  conditional: flag({ help: 'Likelihoods given the class of each sample.' }),
  judge: text({
    default: null,
    placeholder: 'DIR',
    help: 'Classifier that says what samples show, for class-accuracy; the shipped judge unless told.',
  }),
  class: { ...classes, help: classes.help.replace('; or all.', '; or all, or data: as frequent as there.') },
  ...guidanceOptions,
  ...{ steps, sampler, spacing, eta, seed, random, batch },
  ...(metricOptions as unknown as Record<never, never>),
};

import { floats } from '../../core/host-array.js';
import { key } from '../../core/random.js';
import { type DataSet, isPoints } from '../../data/dataset.js';
import {
  asSeen,
  type LevelSampler,
  levelSamplers,
  type NoiseKind,
  type Objective,
  objectives,
  type Weighting,
  weightings,
} from '../../diffusion/index.js';
import type { NetworkConfig } from '../../nn/index.js';
import { assemble, type Scheme } from '../../sampling/index.js';
import { requireFit } from '../../training/index.js';
import { flagOf, usageError } from '../parse.js';
import { made } from './named.js';
import type { TrainOptions } from './plan.js';

/** What is minimised, where, and on what noise: the options of a run that say so, with their names looked up. */
export interface ObjectivePlan {
  readonly loss: Objective;
  readonly weighting: Weighting;
  readonly levels: LevelSampler;
  readonly noise: NoiseKind;
  readonly selfConditioning: boolean;
}

type Told = Pick<
  TrainOptions,
  'loss' | 'weighting' | 'levels' | 'offsetNoise' | 'inputPerturbation' | 'selfConditioning' | 'prediction'
>;

/** Looks up what the options name. Real numbers, as points are, have a density where pictures have rounded values. */
export function objectivePlan(options: Told, data: Pick<DataSet, 'shape'>): ObjectivePlan {
  const usual = isPoints(data) ? { decoder: 'density' } : {};
  return {
    loss: made<Objective>({ option: 'loss', registry: objectives, text: options.loss, usual }),
    weighting: made<Weighting>({ option: 'weighting', registry: weightings, text: options.weighting }),
    levels: made<LevelSampler>({ option: 'levels', registry: levelSamplers, text: options.levels }),
    noise: { offset: options.offsetNoise, perturbation: options.inputPerturbation },
    selfConditioning: options.selfConditioning,
  };
}

export interface CheckOptions extends ObjectivePlan {
  readonly data: Pick<DataSet, 'shape'>;
  readonly classes: number;
  /** Whether the model is told something in the place of a class. */
  readonly condition: boolean;
  readonly config: NetworkConfig;
  readonly scheme: Scheme;
}

/** One sentence for what does not go together, before anything is written. */
export function checkObjective(given: CheckOptions): void {
  const { loss, weighting, noise, selfConditioning, data, classes, condition, config, scheme } = given;
  const odd = (['offset', 'perturbation'] as const).find((name) => (noise[name] ?? 0) !== 0);
  if (loss.needs.gaussianNoise && odd) {
    const flag = odd === 'offset' ? '--offset-noise' : '--input-perturbation';
    throw usageError(`train: --loss ${loss.name} holds for independent Gaussian noise only. Leave out ${flag}.`);
  }
  if (loss.terms === 'extra' && weighting.name !== 'uniform') {
    throw usageError(`train: --loss ${loss.name} has its own weights. Leave out ${flagOf('weighting')}.`);
  }
  if (loss.needs.data && (classes > 0 || condition)) {
    throw usageError(`train: --loss ${loss.name} does not tell pictures apart. Add --condition none.`);
  }
  if (loss.needs.outputs === 2 && selfConditioning) {
    throw usageError(`train: --self-conditioning does not go with a learned variance. Choose one of them.`);
  }
  requireFit({ loss, weighting, selfConditioning, config, picture: data.shape });
  // The ends of the noise axis are where a weighting or a conversion may not exist.
  const { grid, prediction } = asSeen(assemble(scheme));
  const clean = floats([2, ...data.shape]);
  loss.prepare({ clean, data: clean, indices: [0, grid.count - 1], grid, prediction, weighting, key: key(0), noise });
}

/** A network's channels as an objective needs them: beside the data its own answer, beside the answer a variance. */
export const channelsFor = ({ loss, selfConditioning }: ObjectivePlan, channels: number) => ({
  in_channels: selfConditioning ? 2 * channels : channels,
  out_channels: loss.needs.outputs * channels,
});

/** The scheme of a model that was taught the variance of its steps: it is drawn with it. */
export const schemeFor = ({ loss }: ObjectivePlan, scheme: Scheme): Scheme =>
  loss.needs.outputs === 1
    ? scheme
    : {
        ...scheme,
        steps: { name: 'trailing', options: { end: 'clean', landing: 'next' } },
        sampler: { name: 'ddpm', options: { variance: 'learned-range' } },
      };

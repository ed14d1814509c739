import { choice, flag, integer, resolve } from '../../../core/options.js';
import { gridFromConfig } from '../../../diffusion/grid-config.js';
import type { Scheme } from '../../scheme.js';
import { readAdamsLevels, writeAdamsLevels } from '../adams-levels.js';
import { checkedWrite } from '../checked-write.js';
import {
  flowKeys,
  gridKeys,
  knownOf,
  linspaceKeys,
  meaningfulKeys,
  readLimit,
  sigmaKeys,
  thresholdKeys,
  unsupported,
  writeLimit,
} from '../common-keys.js';
import { clippedKeys } from '../dpm-keys.js';
import { defineSchedulerClass, type SchedulerConfig } from '../scheduler-class.js';

const who = 'SASolverScheduler';

const keysOfSaSolver = {
  ...gridKeys,
  ...thresholdKeys,
  ...linspaceKeys,
  ...sigmaKeys,
  ...flowKeys,
  ...clippedKeys,
  predictor_order: integer({ default: 2, min: 1, max: 4, help: 'Levels in the polynomial of the predictor.' }),
  corrector_order: integer({ default: 2, min: 1, max: 4, help: 'Levels in that of the corrector.' }),
  algorithm_type: choice(['data_prediction', 'noise_prediction'], {
    default: 'data_prediction',
    help: 'Whether the clean value or the noise is extrapolated.',
  }),
  lower_order_final: flag({ default: true, help: 'Lowers the order in the last steps.' }),
} as const;

/** The default of `tau_func`: τ = 1 from timestep 200 to timestep 800, 0 elsewhere. */
const noisy = { least: 200, most: 800 };

/**
 * `SASolverScheduler`. Its `tau_func` is a Python function and no config holds one: the default is read, τ = 1 at timesteps
 * 200 to 800, as the range of σ/α which these are. Other functions are options of the scheme's sampler.
 */
export const saSolverScheduler = defineSchedulerClass({
  name: who,
  read,
  samplers: ['sa-solver'],
  write(scheme) {
    const { predictor = 2, corrector = 2, prediction = 'data', lowerOrderFinal = false } = scheme.sampler.options ?? {};
    const said = {
      ...writeAdamsLevels(who, scheme),
      ...writeLimit(who, scheme),
      predictor_order: predictor,
      corrector_order: corrector,
      algorithm_type: `${prediction as string}_prediction`,
      lower_order_final: lowerOrderFinal,
    };
    return checkedWrite({ who, scheme, keys: knownOf(said, keysOfSaSolver), read });
  },
});

function read(config: SchedulerConfig): Scheme {
  const keys = resolve(who, keysOfSaSolver, meaningfulKeys(config, keysOfSaSolver, ['tau_func']));
  if (config['tau_func'] !== undefined && config['tau_func'] !== null) {
    throw unsupported({ who, key: 'tau_func', value: String(config['tau_func']), known: ['null'] });
  }
  const levels = readAdamsLevels({ who, keys: { ...keys, final_sigmas_type: 'sigma_min' }, config });
  return {
    ...levels,
    sampler: {
      name: 'sa-solver',
      options: {
        ...rangeOf(levels),
        predictor: keys.predictor_order,
        corrector: keys.corrector_order,
        prediction: keys.algorithm_type === 'data_prediction' ? 'data' : 'noise',
        lowerOrderFinal: keys.lower_order_final,
      },
    },
    limit: readLimit(keys),
  };
}

/** The range of σ/α whose timesteps have noise, as options; between two timesteps, so that rounding decides nothing. */
function rangeOf({ grid: config, steps }: Pick<Scheme, 'grid' | 'steps'>) {
  const grid = gridFromConfig(config);
  if (grid.kind === 'interpolating') {
    const ratio = (time: number): number => time / (grid.count - time);
    return { tau: 1, sigmaMin: ratio(noisy.least - 1e-3), sigmaMax: ratio(noisy.most + 1 - 1e-3) };
  }
  const rounded = steps.options?.['told'] !== 'truncated'; // truncated, 199.9 counts as 199 and 800.9 as 800
  const [below, above] = rounded ? [noisy.least - 0.5, noisy.most + 0.5] : [noisy.least - 1e-3, noisy.most + 1 - 1e-3];
  if (below > grid.count - 1) return { tau: 0 };
  const ratio = (index: number): number => {
    const [a, b] = [Math.floor(index), Math.ceil(index)].map((i) => {
      const { alpha, sigma } = grid.level(i);
      return Math.log(sigma / alpha);
    }) as [number, number];
    return Math.exp(a + (index - Math.floor(index)) * (b - a));
  };
  return { tau: 1, sigmaMin: ratio(below), ...(above <= grid.count - 1 && { sigmaMax: ratio(above) }) };
}

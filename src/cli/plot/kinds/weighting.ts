import { errorScale, grid, logSnr, predictions, type Weighting, weightings, x0 } from '../../../diffusion/index.js';
import { category, line, panels } from '../../../plot/index.js';
import { usageError } from '../../parse.js';
import { chosenFrom } from '../../train/named.js';
import { scheduleOf } from '../chosen.js';
import { definePlot, titled } from '../define-plot.js';

/** How much each noise level counts in a loss: the factor of the squared error of what is predicted, and of x₀. */
export const weighting = definePlot({
  name: 'weighting',
  summary: 'How much each noise level counts in a loss.',
  subjects: 'names of loss weightings',
  usual: 'uniform,min-snr,truncated-snr',
  options: ['schedule', 'prediction'],
  draw({ subjects, options }) {
    if (subjects.length > 6) {
      throw usageError(`plot weighting: at most 6 weightings can be told apart, got ${subjects.length}.`);
    }
    const training = grid({ schedule: scheduleOf(options.schedule) });
    const prediction = predictions.get(options.prediction);
    const indices = Array.from({ length: 200 }, (_, i) => Math.round((i / 199) * (training.count - 1)));
    const levels = indices.map((index) => training.level(index));
    const lambdas = levels.map(logSnr);
    const rows = subjects.map((name) => {
      const which = chosenFrom({ owner: 'plot', option: 'weighting', registry: weightings, text: name });
      const made = (weightings.get(which.name) as (options?: object) => Weighting)(which.options);
      const own = levels.map((level, i) =>
        made.weight({ level, prediction, place: { grid: training, index: indices[i]! } }),
      );
      // ‖error of the prediction‖² = scale·‖error of x₀‖²
      const clean = own.map((weight, i) => (weight * errorScale(prediction, levels[i]!)) / errorScale(x0, levels[i]!));
      return { name, own, clean };
    });
    const marks = (key: 'own' | 'clean') =>
      rows.map(({ name, [key]: values }, i) => line({ x: lambdas, y: values, colour: category(i), label: name }));
    const x = { label: 'log-SNR: noise on the left, data on the right' };
    const svg = panels(
      [
        { title: `weight of the error of ${options.prediction}`, x, y: { kind: 'log' }, marks: marks('own') },
        { title: 'weight of the error of x₀', x, y: { kind: 'log' }, marks: marks('clean') },
      ],
      {
        title: titled(options, subjects.length === 1 ? `Weighting ${subjects[0]}` : 'Loss weightings'),
        subtitle: `On the ${options.schedule} schedule`,
        width: options.width ?? 960,
        innerHeight: 300,
      },
    );
    return { svg, facts: { weightings: subjects, schedule: options.schedule, prediction: options.prediction } };
  },
});

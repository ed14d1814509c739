import { choice, integer, number, type Resolved, text } from '../../core/options.js';
import { predictions, schedules } from '../../diffusion/index.js';
import { noiseSteps } from '../../sampling/index.js';

/** What drawings can be told, each declared once; a kind of drawing names those it takes. */
export const plotOptions = {
  out: text({ default: null, placeholder: 'FILE', help: 'A .svg or a .png; KIND.svg unless told.' }),
  title: text({ default: null, placeholder: 'TEXT', help: 'What stands above the drawing, instead of the usual.' }),
  width: integer({ default: null, min: 240, max: 4000, help: 'Width in pixels; a .png has twice as many.' }),
  curves: text({
    default: 'level,log-snr,beta,snr',
    placeholder: 'LIST',
    help: 'Curves of a schedule, joined by commas: level (alpha and sigma), log-snr, beta, snr.',
  }),
  samplers: text({
    default: 'ddim',
    placeholder: 'LIST',
    help: 'Samplers, joined by commas, with options as ddim,heun:sChurn=1: a panel for each.',
  }),
  steps: integer({ default: 20, min: 1, max: 10_000, help: 'Steps from noise to data.' }),
  spacing: text({
    default: 'trailing',
    placeholder: 'NAME[:OPTION=VALUE,…]',
    help: `Which noise levels are visited, with options as karras:rho=5: ${noiseSteps.names.join(', ')}.`,
  }),
  schedule: text({
    default: 'cosine',
    placeholder: 'NAME[:OPTION=VALUE,…]',
    help: `How the noise grows, where no model says so, with options as given:betas=0.1/0.2/0.5: ${schedules.names.join(', ')}.`,
  }),
  prediction: choice(predictions.names, { default: 'v', help: 'What is predicted, for a weighting.' }),
  at: text({
    default: null,
    placeholder: 'TIMES',
    help: 'Times in [0, 1], joined by commas: a panel each. As suits the drawing unless told.',
  }),
  show: choice(['score', 'denoised', 'flow'], {
    default: 'score',
    help: 'Arrows of a field: the score, the way to the denoised value, or the probability flow.',
  }),
  count: integer({ default: null, min: 1, max: 100_000, help: 'How many paths, particles or samples.' }),
  smooth: number({
    default: null,
    min: 0,
    max: 1,
    help: 'Part of a run that a loss is averaged over; 0.02 unless told.',
  }),
  seed: integer({ default: 0, min: 0, max: Number.MAX_SAFE_INTEGER, help: 'Where the noise comes from.' }),
};

export type PlotOptions = Resolved<typeof plotOptions>;
export type PlotOptionName = keyof typeof plotOptions;

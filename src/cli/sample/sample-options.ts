import { choice, flag, integer, number, text } from '../../core/options.js';
import { randomModes } from '../../core/random-modes.js';
import { noiseSteps, samplers } from '../../sampling/index.js';
import { guidanceOptions } from './guidance-options.js';
import { toldOptions } from './told.js';

/** What sampling can be told, each declared once. */
export const sampleOptions = {
  model: text({
    default: null,
    placeholder: 'DIR',
    help: 'A model folder or a training run; the shipped model unless told.',
  }),
  count: integer({
    default: null,
    min: 1,
    max: 100_000,
    help: 'How many pictures; 16, or one of each class with --class all; 2000 of a model of points.',
  }),
  class: text({
    default: null,
    placeholder: 'NAMES',
    help: "Classes by name, part of a name behind or before a slash, or number, joined by commas; or all. Several in one picture: 'NAME&0.5*NAME&!NAME'.",
  }),
  ...toldOptions,
  ...guidanceOptions,
  steps: integer({ default: 20, min: 1, max: 10_000, help: 'Steps from noise to picture; 50 for points unless told.' }),
  sampler: text({
    default: 'model',
    placeholder: 'NAME[:OPTION=VALUE,…]',
    help: `The rule of a step, with options as heun:sChurn=1: ${samplers.names.join(', ')}; model, as the model says, unless told.`,
  }),
  spacing: text({
    default: 'model',
    placeholder: 'NAME[:OPTION=VALUE,…]',
    help: `Which noise levels are visited, with options as karras:rho=5, lists joined by slashes as custom:list=9/3/1/0: ${noiseSteps.names.join(', ')}; model unless told.`,
  }),
  eta: number({ default: null, min: 0, max: 1, help: 'Fresh noise in every step, for samplers that have a choice.' }),
  seed: integer({
    default: 0,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    help: 'Picture i of a seed is the same however many are made.',
  }),
  random: choice(randomModes.names, {
    default: 'philox',
    help: 'Where noise comes from; torch-cpu and cuda-philox give the numbers of torch on a CPU or GPU.',
  }),
  batch: integer({
    default: 16,
    min: 1,
    max: 4096,
    help: 'Pictures computed together; changes nothing else. Points: 2000 unless told.',
  }),
  out: text({
    default: 'samples.png',
    placeholder: 'FILE',
    help: 'A .png with all in a grid, a .gif of their way out of the noise, a .npy with the numbers, or a folder/ of single files; points as .svg or .png.',
  }),
  single: flag({ help: 'Writes single files into the folder --out.' }),
  columns: integer({ default: null, min: 1, max: 10_000, help: 'Pictures in a row of the grid.' }),
  scale: integer({
    default: null,
    min: 1,
    max: 64,
    help: 'Enlargement by whole pixels; to about 64 pixels unless told.',
  }),
  show: choice(['noisy', 'expected'], {
    default: 'noisy',
    help: 'Frames of a .gif: the noisy picture, or the clean one expected.',
  }),
};

/** What `sample` does when nothing is said. */
export const sampleDefaults = Object.fromEntries(
  Object.entries(sampleOptions).map(([name, spec]) => [name, spec.default]),
);

import { choice, flag, integer, number, text } from '../../core/options.js';
import { levelSamplers, objectives, preconditions, predictions, schedules, weightings } from '../../diffusion/index.js';
import { conditions } from '../../pipelines/index.js';
import { curves } from '../../training/curves/index.js';
import { optimizers } from '../../training/optimizers/index.js';

/** What a training run can be told, each declared once. */
export const trainOptions = {
  task: choice(['denoise', 'classifier'], {
    default: 'denoise',
    help: 'What to train: a model that draws, or a classifier of the data, whose features sample metrics use.',
  }),
  target: choice(['class', 'attributes'], {
    default: 'class',
    help: 'What a classifier tells: one class of several, or each of many attributes.',
  }),
  attributes: text({
    default: null,
    placeholder: 'LIST',
    help: 'Attributes to learn, joined by commas: whole ones as mouth:smile, or kinds as tone,who,mouth; all that are frequent unless told.',
  }),
  noiseAware: flag({
    help: 'Trains a classifier on noised pictures and tells it the noise level, as classifier guidance needs.',
  }),
  data: text({
    default: 'emoji',
    placeholder: 'DATA',
    help: 'What to learn from: emoji[:FILTER], a directory of images, mnist:DIR, a .npy file, or points: 2d:swissroll, moons, checkerboard, gaussians, letters:TEXT, svg:FILE. With options as DIR,background=black or FILE.npy,range=unit.',
  }),
  size: integer({
    default: null,
    min: 4,
    max: 512,
    help: 'Height and width of the pictures; as the data suggests unless told.',
  }),
  channels: choice(['auto', 'grey', 'rgb', 'rgba'], {
    default: 'auto',
    help: 'Colours of images in a directory; auto is grey where no picture has any colour, and rgb else.',
  }),
  model: text({
    default: null,
    placeholder: 'PRESET',
    help: 'Network: tiny, mini, small, compact, medium, large, for points mlp-small, mlp, mlp-large, or a config.json. By default what suits the data.',
  }),
  from: text({
    default: null,
    placeholder: 'MODEL',
    help: 'Begins with the weights of a model folder, here or from diffusers, with its network, schedule and prediction: fine-tuning. Classes may be others.',
  }),
  layers: integer({
    default: null,
    min: 1,
    max: 16,
    help: 'With --from: residual blocks in every level of its U-Net, at least as many as it has. New ones begin as nothing, so it draws what it drew.',
  }),
  steps: integer({
    default: null,
    min: 1,
    help: 'Steps to train in all; 10000 (points: 1000) unless --minutes is given.',
  }),
  minutes: number({ default: null, min: 0, help: 'Minutes to train in all, whatever the number of steps.' }),
  batch: integer({ default: 32, min: 1, max: 4096, help: 'Pictures in a backward pass; 256 points unless told.' }),
  accumulate: integer({ default: 1, min: 1, max: 1024, help: 'Backward passes averaged into one step.' }),
  lr: number({
    default: 0.001,
    min: 0,
    max: 1,
    help: 'Learning rate at its highest; 0.008 for points unless told, and a fifth with --from.',
  }),
  curve: choice(curves.names, { default: 'cosine', help: 'How the learning rate goes over the run.' }),
  warmup: integer({ default: 100, min: 0, help: 'Steps over which the learning rate rises from 0.' }),
  clip: number({ default: 1, min: 0, help: 'Largest norm of the whole gradient; 0 does not limit it.' }),
  optimizer: text({
    default: 'adamw',
    placeholder: 'OPTIMIZER',
    help: `What moves the weights: ${optimizers.names.join(', ')}; with options as muon:momentum=0.9. Rates suit all of them.`,
  }),
  weightDecay: number({ default: 0.01, min: 0, max: 1, help: 'Decoupled weight decay.' }),
  ema: number({
    default: 0.999,
    min: 0,
    max: 0.99999,
    help: 'Memory of the moving average that is sampled from; 0 keeps none.',
  }),
  prediction: choice(predictions.names, {
    default: 'v',
    help: 'What the network predicts; flow suits straight, preconditions like edm have a prediction of their own.',
  }),
  schedule: text({
    default: 'cosine',
    placeholder: 'SCHEDULE',
    help: `How the noise grows: ${schedules.names.join(', ')}; with options as ve:sigmaMax=10. learned is trained beside the network.`,
  }),
  trainingLevels: integer({
    default: 1000,
    min: 2,
    max: 100_000,
    help: 'Noise levels that the schedule is cut into for training.',
  }),
  zeroTerminalSnr: flag({
    help: 'Rescales the schedule so that the last level is pure noise, as dark and bright pictures need; for v or x0.',
  }),
  shift: number({
    default: 1,
    min: 0.001,
    max: 1000,
    help: 'What the noise ratio of every level is multiplied by: size of the pictures over the size the schedule is made for.',
  }),
  precondition: text({
    default: null,
    placeholder: 'PRECONDITION',
    help: `How a denoiser is made of the network: ${preconditions.names.join(', ')}; by default what suits the schedule.`,
  }),
  loss: text({
    default: 'simple',
    placeholder: 'LOSS',
    help: `What is minimised: ${objectives.names.join(', ')}; with options as simple:error=huber,delta=0.3.`,
  }),
  weighting: text({
    default: 'uniform',
    placeholder: 'WEIGHTING',
    help: `How much each noise level counts: ${weightings.names.join(', ')}; with options as min-snr:gamma=1.`,
  }),
  levels: text({
    default: 'stratified',
    placeholder: 'LEVELS',
    help: `How a batch is spread over the noise levels: ${levelSamplers.names.join(', ')}; with options as log-normal:mean=-1. For points log-normal unless told.`,
  }),
  offsetNoise: number({
    default: 0,
    min: 0,
    max: 1,
    help: 'Size of noise that a whole channel shares, so that brightness is learnt; 0.1 is usual.',
  }),
  inputPerturbation: number({
    default: 0,
    min: 0,
    max: 1,
    help: 'Size of noise that is seen and not to be predicted, as errors of sampling are; 0.1 is usual.',
  }),
  selfConditioning: flag({ help: 'Shows the network its own first answer, half of the time.' }),
  condition: text({
    default: null,
    placeholder: 'CONDITION',
    help: `What the model is told and can be asked for: none, class, ${conditions.names.join(', ')}; with options as image:super-resolution:factor=2. By default the class, where the data has any.`,
  }),
  labelDropout: number({
    default: 0.1,
    min: 0,
    max: 1,
    help: 'Share of pictures of which the model is not told its condition, so that guidance works.',
  }),
  augment: text({
    default: 'flip',
    placeholder: 'LIST',
    help: 'Changes to pictures, joined by commas: flip, translate, turn, colour; or none.',
  }),
  balance: number({
    default: 0,
    min: 0,
    max: 1,
    help: 'How far rare classes are shown more often: 0 not at all, 1 until all are equally frequent.',
  }),
  dropout: number({ default: 0, min: 0, max: 0.9, help: 'Share of elements dropped in residual blocks.' }),
  zeroInit: flag({ default: true, help: 'Residual branches start as nothing.' }),
  seed: integer({ default: 0, min: 0, max: Number.MAX_SAFE_INTEGER, help: 'Seed of everything random.' }),
  out: text({ default: null, placeholder: 'RUN', help: 'Folder of the run; runs/DATA-SIZE unless told.' }),
  resume: flag({ help: 'Continues the run in --out from its last checkpoint.' }),
  previewEvery: integer({ default: 500, min: 0, help: 'Steps between pictures of samples; 0 for none.' }),
  validateEvery: integer({ default: 1000, min: 0, help: 'Steps between measurements of held-out loss; 0 for none.' }),
  checkpointEvery: integer({ default: 1000, min: 0, help: 'Steps between checkpoints; 0 for one at the end.' }),
  weights: choice(['f32', 'f16'], {
    default: 'f32',
    help: 'How the weights of the finished model are stored; f16 takes half.',
  }),
  keep: integer({ default: 2, min: 1, help: 'Checkpoints kept.' }),
  dryRun: flag({ help: 'Prints the settled configuration and stops.' }),
};

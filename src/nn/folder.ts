import { show, ToolkitError } from '../core/errors.js';
import { formatConfig } from './config.js';
import { mlpClassName } from './models/mlp-config.js';

/** Where the parts of a model lie, as paths relative to the folder that was listed. */
export interface ModelFiles {
  readonly layout: 'pipeline' | 'component' | 'flat';
  /** `config.json` of the network. */
  readonly config: string;
  /** The weights: one safetensors file, or the index of a sharded set. */
  readonly weights: string;
  readonly sharded: boolean;
  /** `scheduler_config.json`, where the folder has one. */
  readonly scheduler: string | null;
  readonly modelIndex: string | null;
}

export interface FindModelOptions {
  /** Which network of a pipeline. */
  readonly component?: string;
  /** For example "fp16": the file `diffusion_pytorch_model.fp16.safetensors`. */
  readonly variant?: string | null;
  /** What errors call the folder. */
  readonly name?: string;
}

/**
 * Finds a diffusers network in a listing of a folder (relative paths with `/`). Three layouts are known:
 * a pipeline (`model_index.json`, `unet/config.json`, `scheduler/…`), the folder of one network (`config.json`), and
 * the flat pipelines of early days (`model_index.json`, `config.json`, `scheduler_config.json` side by side).
 */
export function findModel(
  listing: readonly string[],
  { component = 'unet', variant = null, name = 'this folder' }: FindModelOptions = {},
): ModelFiles {
  const has = new Set(listing);
  const modelIndex = has.has('model_index.json') ? 'model_index.json' : null;
  const layout = has.has(`${component}/config.json`) ? 'pipeline' : modelIndex ? 'flat' : 'component';
  const folder = layout === 'pipeline' ? `${component}/` : '';
  const config = `${folder}config.json`;
  if (!has.has(config)) {
    throw new ToolkitError(
      'no-model',
      `${name} holds no model: expected ${component}/config.json (a pipeline) or config.json (one network), got ${shown(listing)}.`,
    );
  }
  const scheduler = ['scheduler/scheduler_config.json', 'scheduler_config.json'].find((path) => has.has(path)) ?? null;
  return { layout, config, ...findWeights({ has, folder, variant, name }), scheduler, modelIndex };
}

interface WeightSearch {
  readonly has: ReadonlySet<string>;
  readonly folder: string;
  readonly variant: string | null;
  readonly name: string;
}

function findWeights({ has, folder, variant, name }: WeightSearch): Pick<ModelFiles, 'weights' | 'sharded'> {
  const tag = variant === null ? '' : `.${variant}`;
  const stems = [`${folder}diffusion_pytorch_model`, `${folder}model`];
  const single = stems.map((stem) => `${stem}${tag}.safetensors`).find((path) => has.has(path));
  if (single) return { weights: single, sharded: false };
  const index = stems.map((stem) => `${stem}.safetensors.index${tag}.json`).find((path) => has.has(path));
  if (index) return { weights: index, sharded: true };

  const expected = `${folder}diffusion_pytorch_model${tag}.safetensors`;
  const pickled = [...has].some((path) => path.startsWith(folder) && path.endsWith('.bin'));
  const variants = [...has].flatMap((path) => {
    const match =
      path.startsWith(folder) &&
      /^(?:diffusion_pytorch_)?model\.([\w-]+)\.safetensors$/.exec(path.slice(folder.length));
    return match ? [match[1]!] : [];
  });
  // Where there is one variant and nothing else, there is nothing to choose.
  if (variant === null && variants.length === 1) return findWeights({ has, folder, name, variant: variants[0]! });
  const remedy =
    variants.length > 0
      ? `There is the variant ${variants.map((found) => `"${found}"`).join(', ')}: ask for it.`
      : pickled
        ? 'There is only a pickled .bin file, which is never opened because it can run code: convert it to safetensors.'
        : `There is ${shown([...has].filter((path) => path.startsWith(folder)))}.`;
  throw new ToolkitError('no-weights', `${name} has no weights: expected ${expected}. ${remedy}`);
}

const shown = (listing: readonly string[]): string => (listing.length === 0 ? 'nothing' : show([...listing].sort()));

/** Where a pipeline folder that is written keeps its parts. */
export const pipelineFiles = {
  modelIndex: 'model_index.json',
  config: 'unet/config.json',
  weights: 'unet/diffusion_pytorch_model.safetensors',
  scheduler: 'scheduler/scheduler_config.json',
} as const;

/** The text of `model_index.json` for an unconditional pipeline around a `UNet2DModel`. */
export function formatModelIndex(scheduler: string): string {
  const pipeline = scheduler === 'DDIMScheduler' ? 'DDIMPipeline' : 'DDPMPipeline';
  return formatConfig(pipeline, { scheduler: ['diffusers', scheduler], unet: ['diffusers', 'UNet2DModel'] });
}

/** The same for a model over points. */
export const pointFiles = {
  modelIndex: 'model_index.json',
  config: 'denoiser/config.json',
  weights: 'denoiser/model.safetensors',
  scheduler: 'scheduler/scheduler_config.json',
} as const;

/** The text of `model_index.json` for a model over points, whose network is Langevin's and whose scheduler is diffusers'. */
export function formatPointIndex(scheduler: string): string {
  const index = { _class_name: 'LangevinPointPipeline', denoiser: ['langevin', mlpClassName] };
  return `${JSON.stringify({ ...index, scheduler: ['diffusers', scheduler] }, null, 2)}\n`;
}

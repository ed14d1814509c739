import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { show, ToolkitError } from '../core/errors.js';
import { readError, systemCode, writeDirectoryAtomic, writeFileAtomic } from '../files/index.js';
import { readBytes } from '../files/read-bytes.js';
import {
  conditionPrefix,
  findModel,
  formatConditionConfig,
  formatModelIndex,
  formatNetworkConfig,
  formatPointIndex,
  insideOf,
  isMlpConfig,
  matchParams,
  modernTensors,
  networkTold,
  outsideOf,
  parseConditionConfig,
  parseNetworkConfig,
  pipelineFiles,
  pointFiles,
  readSafetensors,
  readSharded,
  type StorageType,
  splitParams,
  writeSafetensors,
} from '../nn/index.js';
import type { DiffusionModel } from './model.js';
import { readScheme, writeScheme } from './scheme-file.js';

/** Names of the classes by label, beside `model_index.json`. */
const classesFile = 'classes.json';

/** What a model is told beside noise and classes, and the layers that take it in; in folders of conditioned models. */
const conditionFiles = { config: 'condition/config.json', weights: 'condition/model.safetensors' } as const;

/** What sampling assumes of a folder that says nothing: the scheduler of the DDPM paper. */
const defaultScheduler = { _class_name: 'DDPMScheduler', clip_sample: true };

export interface LoadModelOptions {
  /** Is told what is worth knowing although the model loads. */
  readonly note?: (sentence: string) => void;
}

/**
 * Reads a model from a folder: a pipeline, the folder of one network, a flat pipeline of early days, or a training run
 * that holds one of them as `model`; a U-Net of diffusers, or an MLP over points in the same layout. Weights may be
 * sharded, half precision, or carry the old names of attention. Keys that the config of a U-Net has and diffusers did not
 * know yet are left out, and `note` is told.
 */
export async function loadModel(path: string, { note = () => {} }: LoadModelOptions = {}): Promise<DiffusionModel> {
  const { folder, listing } = await modelListing(path);
  const files = findModel(listing, {
    name: path,
    component: listing.includes(pointFiles.config) ? 'denoiser' : 'unet',
  });
  const readPart = (name: string): Promise<Buffer> => readBytes(join(folder, name));
  const ignored = (sentence: string): void => note(`${join(path, files.config)}: ${sentence}`);
  const written = parseNetworkConfig(await readJson(join(folder, files.config)), { ignored });
  const condition =
    listing.includes(conditionFiles.config) && !isMlpConfig(written)
      ? parseConditionConfig(await readJson(join(folder, conditionFiles.config)))
      : null;
  const config = condition && !isMlpConfig(written) ? outsideOf(written, condition) : written;
  const network = networkTold(config, condition);
  const beside = files.weights.slice(0, files.weights.lastIndexOf('/') + 1);
  const bytes = await readPart(files.weights);
  const hash = createHash('sha256').update(bytes);
  const name = join(path, files.weights);
  const shard = async (file: string): Promise<Buffer> => {
    const part = await readPart(beside + file);
    hash.update(part);
    return part;
  };
  const found = files.sharded
    ? await readSharded(bytes.toString(), shard, { name })
    : readSafetensors(bytes, { name }).tensors;
  const layers = listing.includes(conditionFiles.weights) ? await readPart(conditionFiles.weights) : null;
  if (layers) hash.update(layers);
  const scheduler = files.scheduler ? await readJson(join(folder, files.scheduler)) : defaultScheduler;
  if (!files.scheduler && files.modelIndex) refuseMissing(path, await readJson(join(folder, files.modelIndex)));
  return {
    config,
    network,
    values: matchParams(network.params, new Map([...modernTensors(found), ...conditionTensors(layers)]), { name }),
    scheme: namedIn(join(path, files.scheduler ?? ''), () => readScheme(scheduler)),
    classes: listing.includes(classesFile)
      ? await readClasses(join(folder, classesFile), config.num_class_embeds ?? 0)
      : null,
    ...(condition && { condition }),
    hash: hash.digest('hex'),
  };
}

/** A pipeline that says which scheduler it has was trained on the noise that its config describes, and on no other. */
function refuseMissing(path: string, index: unknown): void {
  const named: unknown = (index as Readonly<Record<string, unknown>> | null)?.['scheduler'];
  const name: unknown = Array.isArray(named) ? named[1] : null;
  if (typeof name !== 'string') return;
  throw new ToolkitError(
    'not-found',
    `${path} names the scheduler ${name} and has no scheduler/scheduler_config.json. Copy it from where the model came from.`,
  );
}

/** What is wrong with the content of a file, with its name in front. */
function namedIn<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ToolkitError) || error.code === 'internal') throw error;
    throw new ToolkitError(error.code, `${file}: ${error.message}`, { cause: error });
  }
}

/** The layers of a condition under the names they have in the tree. */
function conditionTensors(bytes: Buffer | null) {
  const tensors = bytes ? readSafetensors(bytes, { name: conditionFiles.weights }).tensors : new Map();
  return [...tensors].map(([name, tensor]) => [conditionPrefix + name, tensor] as const);
}

export interface SaveModelOptions {
  readonly model: Pick<DiffusionModel, 'config' | 'values' | 'scheme' | 'classes' | 'condition'>;
  /** How weights are stored; F16 halves the file. */
  readonly dtype?: StorageType;
  /** Further files by relative path: the model card, for example. */
  readonly extra?: Readonly<Record<string, string | Uint8Array>>;
}

/**
 * Writes a pipeline folder, whole or not at all: one that diffusers loads with `from_pretrained`, or for an MLP one of
 * the same layout with `denoiser/` in the place of `unet/`. What a conditioned model is told stands in `condition/`.
 */
export async function saveModel(path: string, { model, dtype = 'F32', extra = {} }: SaveModelOptions): Promise<void> {
  const scheduler = writeScheme(model.scheme);
  const isPoints = isMlpConfig(model.config);
  const names = isPoints ? pointFiles : pipelineFiles;
  const { condition = null, config } = model;
  const { unet, condition: layers } = splitParams(model.values);
  const inside = condition && !isMlpConfig(config) ? insideOf(config, condition) : config;
  const schedulerName = String(scheduler['_class_name']);
  const files: Record<string, string | Uint8Array> = {
    ...extra,
    [names.modelIndex]: isPoints ? formatPointIndex(schedulerName) : formatModelIndex(schedulerName),
    [names.config]: formatNetworkConfig(inside),
    [names.weights]: writeSafetensors(unet, { dtype }),
    ...(condition && { [conditionFiles.config]: formatConditionConfig(condition) }),
    ...(layers.size > 0 && { [conditionFiles.weights]: writeSafetensors(layers, { dtype }) }),
    [names.scheduler]: `${JSON.stringify(scheduler, null, 2)}\n`,
    ...(model.classes && { [classesFile]: `${JSON.stringify(model.classes, null, 2)}\n` }),
  };
  await writeDirectoryAtomic(path, async (directory) => {
    for (const [name, content] of Object.entries(files)) await writeFileAtomic(join(directory, name), content);
  });
}

/** The folder that really holds the model, and its files by relative path. */
async function modelListing(path: string): Promise<{ readonly folder: string; readonly listing: readonly string[] }> {
  const kind = await stat(path).catch(() => null);
  if (!kind) throw new ToolkitError('not-found', `There is no folder ${path}. Name a model folder or a training run.`);
  if (!kind.isDirectory()) throw new ToolkitError('not-found', `${path} is a file; a model is a folder.`);
  const inside = join(path, 'model');
  const folder = (await stat(inside).catch(() => null))?.isDirectory() ? inside : path;
  const top = await list(folder);
  const parts = ['unet', 'denoiser', 'scheduler', 'condition'].filter((name) => top.includes(name));
  const nested = await Promise.all(
    parts.map(async (part) => (await list(join(folder, part))).map((name) => `${part}/${name}`)),
  );
  return { folder, listing: [...top, ...nested.flat()] };
}

async function readClasses(path: string, rows: number): Promise<readonly string[]> {
  const classes = await readJson(path);
  if (!Array.isArray(classes) || !classes.every((name) => typeof name === 'string')) {
    throw new ToolkitError('bad-config', `${path} must be a JSON list of class names, got ${show(classes)}.`);
  }
  if (classes.length <= rows) return classes;
  throw new ToolkitError('bad-config', `${path} names ${classes.length} classes, and the network knows ${rows}.`);
}

async function list(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') return []; // a file that is named like a part holds none
    throw readError(path, error);
  }
}

async function readJson(path: string): Promise<unknown> {
  const text = (await readBytes(path)).toString();
  try {
    // Python writes infinities, which JSON has no word for; a number too large to hold means the same.
    return JSON.parse(text.replace(/(:\s*-?)Infinity\b/g, '$11e999'));
  } catch (error) {
    throw new ToolkitError('bad-config', `${path} is not JSON; it begins with ${JSON.stringify(text.slice(0, 40))}.`, {
      cause: error,
    });
  }
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { show, ToolkitError } from '../core/errors.js';
import { writeDirectoryAtomic, writeFileAtomic } from '../files/index.js';
import { readBytes, sha256 } from '../files/read-bytes.js';
import {
  type Classifier,
  classifier,
  formatClassifierConfig,
  isClassifierConfig,
  matchParams,
  type ParamValues,
  parseClassifierConfig,
  readSafetensors,
  type StorageType,
  writeSafetensors,
} from '../nn/index.js';
import type { Scheme } from '../sampling/index.js';
import { readScheme, writeScheme } from './scheme-file.js';

/** A trained classifier: network, numbers and the names of its outputs, classes or attributes as `target` of its config says. */
export interface ClassifierModel {
  readonly network: Classifier;
  readonly values: ParamValues;
  readonly classes: readonly string[];
  /** The noise levels that a noise-aware network was trained on, as a model's scheme says them; null for others. */
  readonly scheme: Scheme | null;
  /** SHA-256 of the weights; empty while training. */
  readonly hash: string;
}

const files = {
  config: 'config.json',
  weights: 'model.safetensors',
  classes: 'classes.json',
  scheduler: 'scheduler/scheduler_config.json',
} as const;

export interface SaveClassifierOptions {
  readonly model: Pick<ClassifierModel, 'network' | 'values' | 'classes' | 'scheme'>;
  /** How weights are stored; F16 halves the file. */
  readonly dtype?: StorageType;
  /** Further files by relative path: the model card, for example. */
  readonly extra?: Readonly<Record<string, string | Uint8Array>>;
}

/**
 * Writes a classifier as a folder of `config.json`, `model.safetensors`, `classes.json` and, where it knows noise levels,
 * `scheduler/scheduler_config.json`; whole or not at all.
 */
export async function saveClassifier(
  path: string,
  { model, dtype = 'F32', extra = {} }: SaveClassifierOptions,
): Promise<void> {
  const contents = {
    ...extra,
    [files.config]: formatClassifierConfig(model.network.config),
    [files.weights]: writeSafetensors(model.values, { dtype }),
    [files.classes]: `${JSON.stringify(model.classes, null, 2)}\n`,
    ...(model.scheme && { [files.scheduler]: `${JSON.stringify(writeScheme(model.scheme), null, 2)}\n` }),
  };
  await writeDirectoryAtomic(path, async (directory) => {
    for (const [name, content] of Object.entries(contents)) await writeFileAtomic(join(directory, name), content);
  });
}

/** Reads a classifier from its folder, or from the training run that made it. */
export async function loadClassifier(path: string): Promise<ClassifierModel> {
  const folder = existsSync(join(path, 'model', files.config)) ? join(path, 'model') : path;
  if (!existsSync(join(folder, files.config))) {
    throw new ToolkitError('no-model', `${path} holds no classifier: there is no ${files.config} in it.`);
  }
  const config = await readJson(join(folder, files.config));
  if (!isClassifierConfig(config)) {
    const found = (config as { readonly _class_name?: unknown } | null)?._class_name;
    throw new ToolkitError(
      'no-model',
      `${path} holds no classifier: its config.json is of ${found === undefined ? 'something else' : `a ${show(found)}`}. ` +
        'Train one with langevin train --task classifier.',
    );
  }
  const network = classifier(parseClassifierConfig(config));
  const name = join(folder, files.weights);
  const bytes = await readBytes(name);
  const classes = await readJson(join(folder, files.classes));
  if (!Array.isArray(classes) || classes.length !== network.config.num_classes) {
    const expected = `${network.config.num_classes} class names`;
    throw new ToolkitError('bad-config', `${join(folder, files.classes)} must list ${expected}, got ${show(classes)}.`);
  }
  return {
    network,
    values: matchParams(network.params, readSafetensors(bytes, { name }).tensors, { name }),
    classes: classes.map(String),
    scheme: network.config.noise_conditional ? readScheme(await readJson(join(folder, files.scheduler))) : null,
    hash: sha256(bytes),
  };
}

async function readJson(path: string): Promise<unknown> {
  const text = (await readBytes(path)).toString();
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ToolkitError('bad-config', `${path} is not JSON; it begins with ${JSON.stringify(text.slice(0, 40))}.`, {
      cause: error,
    });
  }
}

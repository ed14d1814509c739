import { existsSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { show, ToolkitError } from '../../core/errors.js';
import type { HostArray } from '../../core/host-array.js';
import { readError } from '../../files/errors.js';
import {
  matchParams,
  modernTensors,
  parseUnet2dConfig,
  readSafetensors,
  readSharded,
  type TensorMap,
  type UNet2d,
  unet2d,
} from '../../nn/index.js';

/** A network and its numbers, out of a folder. */
export interface LoadedNetwork {
  /** The folder with its `config.json`. */
  readonly folder: string;
  readonly network: UNet2d;
  readonly values: ReadonlyMap<string, HostArray<'float32'>>;
}

/**
 * The folder that holds the network of `path`: `path` itself, its `unet`, or `model/unet` of a training run. In the
 * oldest model folders the network's files lie beside `model_index.json`.
 */
export function networkFolder(path: string): string {
  const kind = statSync(path, { throwIfNoEntry: false });
  if (!kind) throw new ToolkitError('not-found', `There is no folder ${path}.`);
  if (!kind.isDirectory()) throw new ToolkitError('not-found', `${path} is a file; a model is a folder.`);
  const places = [join(path, 'model', 'unet'), join(path, 'unet'), path];
  const found = places.find((place) => existsSync(join(place, 'config.json')));
  if (found !== undefined) return found;
  throw new ToolkitError(
    'not-found',
    `${path} holds no network: there is no config.json in it nor in its folder unet.`,
  );
}

/** Reads config and weights: one file or shards, also half precision, with today's names or the old ones of attention. */
export async function loadNetwork(path: string): Promise<LoadedNetwork> {
  const folder = networkFolder(path);
  const configFile = join(folder, 'config.json');
  const network = unet2d(parseUnet2dConfig(parseJson(configFile, await read(configFile))));
  const { name, tensors } = await readWeights(folder);
  return { folder, network, values: matchParams(network.params, modernTensors(tensors), { name }) };
}

const stem = 'diffusion_pytorch_model';

async function readWeights(folder: string): Promise<{ readonly name: string; readonly tensors: TensorMap }> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(stem)).sort();
  const index = names.find((name) => name === `${stem}.safetensors.index.json`);
  if (index) {
    const text = (await read(join(folder, index))).toString();
    const name = join(folder, index);
    return { name, tensors: await readSharded(text, (file) => read(join(folder, file)), { name }) };
  }
  // The plain file, or the only variant there is: `diffusion_pytorch_model.fp16.safetensors`.
  const files = names.filter((name) => name.endsWith('.safetensors'));
  const file = files.find((name) => name === `${stem}.safetensors`) ?? files[0];
  if (file !== undefined) {
    const name = join(folder, file);
    return { name, tensors: readSafetensors(await read(name), { name }).tensors };
  }
  const pickle = names.find((name) => name.endsWith('.bin'));
  throw new ToolkitError(
    'not-found',
    pickle
      ? `${join(folder, pickle)} is a Python pickle, which can run code and is not read. Save the model as safetensors.`
      : `${folder} has no weights: expected ${stem}.safetensors, or shards with ${stem}.safetensors.index.json.`,
  );
}

const read = (path: string): Promise<Buffer> =>
  readFile(path).catch((error) => {
    throw readError(path, error);
  });

function parseJson(path: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    const start = show(bytes.toString('utf8', 0, 40));
    throw new ToolkitError('bad-config', `${path} is not JSON; it begins with ${start}.`, { cause: error });
  }
}

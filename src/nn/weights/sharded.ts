import { show, ToolkitError } from '../../core/errors.js';
import { type HostArray, sizeOf } from '../../core/host-array.js';
import { duplicateKey } from './json-keys.js';
import { readSafetensors, type TensorMap, writeSafetensors } from './safetensors.js';

/** Reads one file that lies beside the index. */
export type ReadFile = (name: string) => Promise<Uint8Array>;

/** A checkpoint spread over files: which file holds which tensor. */
export interface ShardIndex {
  readonly files: ReadonlyMap<string, readonly string[]>;
}

/** Reads the text of a `….safetensors.index.json`. */
export function parseShardIndex(text: string, { name = 'safetensors index' } = {}): ShardIndex {
  const fail = (what: string): never => {
    throw new ToolkitError('bad-safetensors', `${name}: ${what}`);
  };
  let index: unknown;
  try {
    index = JSON.parse(text);
  } catch {
    fail('the index is not JSON.');
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) fail(`the index names ${show(twice)} twice.`);
  const map = (index as { readonly weight_map?: unknown } | null)?.weight_map;
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    fail(`expected a "weight_map" from tensors to files, got ${show(map)}.`);
  }
  const files = new Map<string, string[]>();
  for (const [tensor, file] of Object.entries(map as object)) {
    if (typeof file !== 'string' || /[/\\]|^\.{0,2}$/.test(file)) {
      fail(`"${tensor}" must name a file beside the index, got ${show(file)}.`);
    }
    files.set(file, [...(files.get(file) ?? []), tensor]);
  }
  return { files };
}

/** All tensors of a sharded checkpoint; every file must hold exactly what the index promises. */
export async function readSharded(
  indexText: string,
  read: ReadFile,
  { name = 'safetensors index' } = {},
): Promise<TensorMap> {
  const { files } = parseShardIndex(indexText, { name });
  const all = new Map<string, HostArray>();
  for (const [file, promised] of files) {
    const { tensors } = readSafetensors(await read(file), { name: file });
    const expected = new Set(promised);
    const missing = promised.filter((tensor) => !tensors.has(tensor));
    const more = [...tensors.keys()].filter((tensor) => !expected.has(tensor));
    const list = (found: readonly string[]): string => found.map((tensor) => `"${tensor}"`).join(', ');
    if (missing.length > 0) throw new ToolkitError('bad-safetensors', `${name}: ${file} lacks ${list(missing)}.`);
    if (more.length > 0) {
      throw new ToolkitError(
        'bad-safetensors',
        `${name}: ${file} holds ${list(more)} as well, which the index does not list. The files belong to different checkpoints.`,
      );
    }
    for (const tensor of promised) all.set(tensor, tensors.get(tensor)!);
  }
  return all;
}

export interface WriteShardedOptions {
  /** File name without the ending, for example `diffusion_pytorch_model`. */
  readonly stem: string;
  /** Most bytes of numbers in one file; a larger tensor gets a file of its own. */
  readonly limit: number;
}

/** Files by name: numbered shards and their index, or one plain file where everything fits. Stored as F32. */
export function writeSharded(
  tensors: TensorMap,
  { stem, limit }: WriteShardedOptions,
): ReadonlyMap<string, Uint8Array> {
  const bytes = ({ dtype, shape }: HostArray): number => sizeOf(shape) * (dtype === 'int64' ? 8 : 4);
  const shards: { names: string[]; size: number }[] = [];
  for (const [name, array] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const size = bytes(array);
    const last = shards.at(-1);
    if (last && last.size + size <= limit) {
      last.names.push(name);
      last.size += size;
    } else shards.push({ names: [name], size });
  }
  if (shards.length <= 1) return new Map([[`${stem}.safetensors`, writeSafetensors(tensors)]]);

  const five = (n: number): string => String(n).padStart(5, '0');
  const files = new Map<string, Uint8Array>();
  const weight_map: Record<string, string> = {};
  for (const [i, { names }] of shards.entries()) {
    const file = `${stem}-${five(i + 1)}-of-${five(shards.length)}.safetensors`;
    files.set(file, writeSafetensors(new Map(names.map((name) => [name, tensors.get(name)!]))));
    for (const name of names) weight_map[name] = file;
  }
  const total_size = shards.reduce((sum, { size }) => sum + size, 0);
  const index = `${JSON.stringify({ metadata: { total_size }, weight_map }, null, 2)}\n`;
  return files.set(`${stem}.safetensors.index.json`, new TextEncoder().encode(index));
}

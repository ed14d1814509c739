import { show, ToolkitError } from '../core/errors.js';
import { floats, type HostArray } from '../core/host-array.js';
import { writeFileAtomic } from '../files/index.js';
import { readBytes } from '../files/read-bytes.js';
import { deltaNet, matchParams, readSafetensors, type StorageType, writeSafetensors } from '../nn/index.js';
import type { DiffusionModel } from './model.js';
import type { SemanticChange } from './semantic-path.js';

/** A change of h that is kept in a file, and what is known of it. */
export interface SemanticDirection {
  readonly change: SemanticChange;
  /** What it changes, for example "smile". */
  readonly attribute: string;
  /** The tap it is added to. */
  readonly tap: string;
  /** SHA-256 of the weights it was found in. */
  readonly model: string;
  /** The name of the method. */
  readonly method: string;
  /** The time down to which it was meant to act. */
  readonly edit: number;
  /** Everything else worth keeping, as text: how it was made, with how many pictures, what was measured. */
  readonly details: Readonly<Record<string, string>>;
}

const kept = ['format', 'kind', 'attribute', 'tap', 'model', 'method', 'edit', 'network'] as const;

/**
 * A direction as a safetensors file: `delta` [T, C, H, W] or [T, C] with its `times` [T], or the parameters of a function
 * as `function.NAME`; the rest is metadata. Equal directions give equal bytes.
 */
export function writeDirection(direction: SemanticDirection, { dtype = 'F32' }: { readonly dtype?: StorageType } = {}) {
  const { change, attribute, tap, model, method, edit, details } = direction;
  const tensors: ReadonlyMap<string, HostArray> =
    change.kind === 'fixed'
      ? new Map([
          ['delta', change.values],
          ['times', floats([change.times.length], change.times)],
        ])
      : new Map([...change.learned.values].map(([path, value]) => [`function.${path}`, value]));
  const network = change.kind === 'function' ? { network: JSON.stringify(change.learned.network.config) } : {};
  const metadata = {
    ...details,
    format: 'pt',
    kind: change.kind,
    attribute,
    tap,
    model,
    method,
    edit: String(edit),
    ...network,
  };
  const sorted = Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)));
  return writeSafetensors(tensors, { dtype: (name) => (name === 'times' ? 'F32' : dtype), metadata: sorted });
}

/** What `writeDirection` wrote, checked. */
export function readDirectionBytes(bytes: Uint8Array, { name = 'direction' } = {}): SemanticDirection {
  const { tensors, metadata } = readSafetensors(bytes, { name });
  const bad = (what: string): ToolkitError =>
    new ToolkitError('bad-direction', `${name}: ${what}. Make one with langevin directions.`);
  const lacking = ['kind', 'attribute', 'tap', 'model', 'method'].find((key) => metadata[key] === undefined);
  if (lacking) throw bad(`this is no direction: its metadata lacks "${lacking}"`);
  const { kind, attribute, tap, model, method, edit = '0' } = metadata as Readonly<Record<string, string>>;
  const details = Object.fromEntries(Object.entries(metadata).filter(([key]) => !kept.includes(key as 'kind')));
  const known = { attribute: attribute!, tap: tap!, model: model!, method: method!, edit: Number(edit), details };
  if (!(known.edit >= 0 && known.edit <= 1)) throw bad(`edit must be a time in [0, 1], got ${show(edit)}`);
  if (kind === 'function') {
    const config = functionConfig(metadata['network'], bad);
    const network = deltaNet(config);
    const own = new Map([...tensors].map(([path, value]) => [path.replace(/^function\./, ''), value]));
    return {
      ...known,
      change: { kind: 'function', learned: { network, values: matchParams(network.params, own, { name }) } },
    };
  }
  const [values, times] = [tensors.get('delta'), tensors.get('times')];
  if (values?.dtype !== 'float32' || times?.dtype !== 'float32') throw bad('expected float32 tensors delta and times');
  const { shape } = values as HostArray<'float32'>;
  if (![2, 4].includes(shape.length) || times.shape.join() !== String(shape[0])) {
    throw bad(`delta must be [T, C, H, W] or [T, C] with T times, got [${shape}] and [${times.shape}]`);
  }
  // Times are few digits: what was 0.1 is 0.1 again and not the float32 next to it.
  const list = Array.from(times.data as Float32Array, (time) => Number(time.toPrecision(7)));
  return { ...known, change: { kind: 'fixed', times: list, values: values as HostArray<'float32'> } };
}

function functionConfig(text: string | undefined, bad: (what: string) => ToolkitError) {
  try {
    const { channels, timeFeatures, groups, eps } = JSON.parse(text ?? '') as Readonly<Record<string, number>>;
    const whole = [channels, timeFeatures, groups].every((n) => Number.isInteger(n) && n! > 0);
    if (whole && eps! > 0) return { channels: channels!, timeFeatures: timeFeatures!, groups: groups!, eps: eps! };
  } catch {
    // told below
  }
  throw bad(`the config of its function is ${show(text)}`);
}

/** Reads a direction from its file. */
export async function loadDirection(path: string): Promise<SemanticDirection> {
  const bytes = await readBytes(path);
  return readDirectionBytes(bytes, { name: path });
}

/** Writes a direction, whole or not at all. */
export const saveDirection = (
  path: string,
  direction: SemanticDirection,
  options: { readonly dtype?: StorageType } = {},
): Promise<void> => writeFileAtomic(path, writeDirection(direction, options));

/** Why a direction may do something else in this model; null where it was found in it. */
export function foreignDirection({ attribute, model }: SemanticDirection, { hash }: Pick<DiffusionModel, 'hash'>) {
  if (hash === model) return null;
  return (
    `The direction "${attribute}" was found in a model of other weights (${model.slice(0, 12)} and not ` +
    `${hash.slice(0, 12)}): it may do less, or something else. Find it again with langevin directions.`
  );
}

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { show, ToolkitError } from '../../core/errors.js';
import type { Shape } from '../../core/host-array.js';
import { didYouMean } from '../../core/text.js';
import {
  type DiffusionModel,
  foreignDirection,
  hspace,
  loadDirection,
  type SemanticChanges,
  type SemanticDirection,
} from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { directionFile } from '../directions/run-directions.js';
import type { SourceFile } from '../invert/input-pictures.js';
import { pinned } from '../invert/recipe.js';
import { shippedFolder } from '../model/shipped-model.js';
import { usageError } from '../parse.js';
import type { EditJob } from './define-edit-kind.js';

export interface NamedStrength {
  readonly name: string;
  readonly strength: number;
}

/** Beyond it nothing is left of a picture. */
const strongest = 20;

/** `smile=1.5,skin-tone:dark=-1,glasses` as names and strengths; 1 where none is said. */
export function parseSemantic(text: string): readonly NamedStrength[] {
  const found = text.split(',').map((entry): NamedStrength => {
    const [, name = '', value = '1'] = /^\s*([^=]+?)\s*(?:=\s*(.*?)\s*)?$/.exec(entry) ?? [];
    const strength = value === '' ? Number.NaN : Number(value);
    if (name !== '' && Math.abs(strength) > strongest) {
      throw usageError(
        `edit: strengths lie in [-${strongest}, ${strongest}], where 1 is the attribute as it was learnt; got ${show(entry)}.`,
      );
    }
    if (name !== '' && Number.isFinite(strength)) return { name, strength };
    throw usageError(
      `edit: --semantic is NAME=STRENGTH, joined by commas, as in smile=1.5,skin-tone:dark=1; got ${show(entry)}.`,
    );
  });
  const twice = found.find(({ name }, i) => found.findIndex((other) => other.name === name) !== i);
  if (twice) throw usageError(`edit: --semantic names "${twice.name}" twice. Add its strengths up.`);
  return found;
}

export interface OpenedDirection {
  readonly direction: SemanticDirection;
  readonly file: SourceFile;
  readonly strength: number;
}

export interface OpenDirectionsOptions {
  readonly wanted: readonly NamedStrength[];
  /** Folder of direction files; those that come with Langevin unless told. */
  readonly folder: string | null;
  readonly model: Pick<DiffusionModel, 'hash' | 'config' | 'network' | 'values'>;
  readonly runtime: Runtime;
  /** Told of directions that were found in other weights. */
  readonly warn: (text: string) => void;
}

/** The attributes that `--semantic` names, ready for a walk. */
export interface WantedAttributes {
  /** What passes the tap is changed by these, down to the time that the earliest of their files says. */
  readonly changes: SemanticChanges;
  /** What the recipe keeps of them. */
  readonly facts: readonly Readonly<Record<string, unknown>>[];
  /** What their files say against this model, in sentences without their stops. */
  readonly notes: readonly string[];
}

/** Opens the directions of `--semantic`; null where it is not said. */
export async function wantedAttributes({
  model,
  runtime,
  pictures,
  options: { semantic, directions: folder },
}: Pick<EditJob, 'model' | 'runtime' | 'pictures' | 'options'>): Promise<WantedAttributes | null> {
  if (semantic === null) return null;
  const notes: string[] = [];
  const warn = (text: string): unknown => notes.push(text);
  const opened = await openDirections({ wanted: parseSemantic(semantic), folder, model, runtime, warn });
  const count = pictures.shape[0]!;
  return {
    changes: {
      edits: opened.map(({ direction: { change }, strength }) => ({
        change,
        strengths: Array.from({ length: count }, () => strength),
      })),
      tap: opened[0]!.direction.tap,
      until: Math.max(...opened.map(({ direction }) => direction.edit)),
    },
    facts: opened.map(({ direction: { attribute, method, tap, model: weights }, file, strength }) => ({
      ...{ attribute, strength, method, tap, model: weights, path: file.path, sha256: file.sha256 },
    })),
    notes,
  };
}

/** The files of some names, all at one tap, which fit what passes it. */
export async function openDirections({ wanted, folder, model, runtime, warn }: OpenDirectionsOptions) {
  const from = folder ?? shippedFolder('directions-32');
  if (from === null) {
    throw new ToolkitError(
      'not-found',
      'edit: the shipped directions are not installed here. Make some with langevin directions, and name them with --directions DIR.',
    );
  }
  if (!statSync(from, { throwIfNoEntry: false })?.isDirectory()) {
    throw new ToolkitError(
      'not-found',
      `edit: there is no folder ${from} of directions. Make one with langevin directions.`,
    );
  }
  const opened: OpenedDirection[] = [];
  for (const { name, strength } of wanted) {
    const path = join(from, directionFile(name));
    if (!existsSync(path)) throw unknownDirection(name, from);
    const direction = await loadDirection(path);
    const foreign = foreignDirection(direction, model);
    if (foreign) warn(foreign);
    opened.push({ direction, file: await pinned(path), strength });
  }
  const taps = new Set(opened.map(({ direction }) => direction.tap));
  if (taps.size > 1) {
    throw new ToolkitError(
      'bad-option',
      `edit: directions at one tap can be joined, and these are at ${[...taps].join(' and ')}. Edit twice, one after the other.`,
    );
  }
  for (const { direction } of opened) requireFit(direction, requireTap({ model, runtime, tap: direction.tap }));
  return opened;
}

export type TapOptions = Pick<OpenDirectionsOptions, 'model' | 'runtime'> & { readonly tap: string };

/** [C, H, W] of what passes a tap; one sentence where the network has none of that name. */
export function requireTap({ model, runtime, tap }: TapOptions): Shape {
  using open = hspace({ model, runtime, batch: 1, tap });
  return open.shape;
}

/** One sentence for a direction of a network of another size. */
function requireFit({ attribute, tap, change }: SemanticDirection, shape: Shape): void {
  const [channels = 0] = shape;
  if (change.kind === 'function') {
    const own = change.learned.network.config.channels;
    if (own !== channels) throw misfit(attribute, `${own} channels at ${tap}, and this model has ${channels} there`);
    return;
  }
  const own = change.values.shape.slice(1);
  if (own.join() === shape.join() || own.join() === `${channels}`) return;
  throw misfit(attribute, `${own.join(' × ')} numbers at ${tap}, and this model has ${shape.join(' × ')} there`);
}

const misfit = (attribute: string, what: string): ToolkitError =>
  new ToolkitError(
    'bad-direction',
    `edit: the direction "${attribute}" is of ${what}: it was made for another network. Make one with langevin directions.`,
  );

function unknownDirection(name: string, folder: string): ToolkitError {
  const ending = '.safetensors';
  const known = (existsSync(folder) ? readdirSync(folder) : [])
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort();
  const hint = didYouMean(name, known);
  return new ToolkitError(
    'unknown-direction',
    `edit: ${folder} has no direction "${name}".${hint} It has: ${known.join(', ') || 'none'}. Make one with langevin directions.`,
  );
}

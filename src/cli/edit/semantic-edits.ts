import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { show, ToolkitError } from '../../core/errors.js';
import { didYouMean } from '../../core/text.js';
import { type DiffusionModel, foreignDirection, loadDirection, type SemanticDirection } from '../../pipelines/index.js';
import { directionFile } from '../directions/run-directions.js';
import { usageError } from '../parse.js';

export interface NamedStrength {
  readonly name: string;
  readonly strength: number;
}

/** `smile=1.5,skin-tone:dark=-1,glasses` as names and strengths; 1 where none is said. */
export function parseSemantic(text: string): readonly NamedStrength[] {
  const found = text.split(',').map((entry): NamedStrength => {
    const [, name = '', value = '1'] = /^\s*([^=]+?)\s*(?:=\s*(.*?)\s*)?$/.exec(entry) ?? [];
    const strength = value === '' ? Number.NaN : Number(value);
    if (name !== '' && Number.isFinite(strength)) return { name, strength };
    throw usageError(
      `edit: --semantic is NAME=STRENGTH, joined by commas, as in smile=1.5,skin-tone:dark=1; got ${show(entry)}.`,
    );
  });
  const twice = found.find(({ name }, i) => found.findIndex((other) => other.name === name) !== i);
  if (twice) throw usageError(`edit: --semantic names "${twice.name}" twice. Add its strengths up.`);
  return found;
}

/** The folder of the directions that come with Langevin, or null where it was left out. */
function shippedDirections(): string | null {
  const folder = fileURLToPath(new URL('../../../models/directions-32', import.meta.url));
  return existsSync(folder) ? folder : null;
}

export interface OpenedDirection {
  readonly direction: SemanticDirection;
  readonly strength: number;
}

export interface OpenDirectionsOptions {
  readonly wanted: readonly NamedStrength[];
  /** Folder of direction files; those that come with Langevin unless told. */
  readonly folder: string | null;
  readonly model: Pick<DiffusionModel, 'hash'>;
  /** Told of directions that were found in other weights. */
  readonly warn: (text: string) => void;
}

/** The files of some names, all at one tap. */
export async function openDirections({ wanted, folder, model, warn }: OpenDirectionsOptions) {
  const from = folder ?? shippedDirections();
  if (from === null) {
    throw new ToolkitError(
      'not-found',
      'edit: the shipped directions are not installed here. Make some with langevin directions, and name them with --directions DIR.',
    );
  }
  const opened: OpenedDirection[] = [];
  for (const { name, strength } of wanted) {
    const path = join(from, directionFile(name));
    if (!existsSync(path)) throw unknownDirection(name, from);
    const direction = await loadDirection(path);
    const foreign = foreignDirection(direction, model);
    if (foreign) warn(foreign);
    opened.push({ direction, strength });
  }
  const taps = new Set(opened.map(({ direction }) => direction.tap));
  if (taps.size > 1) {
    throw new ToolkitError(
      'bad-option',
      `edit: directions at one tap can be joined, and these are at ${[...taps].join(' and ')}. Edit twice, one after the other.`,
    );
  }
  return opened;
}

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

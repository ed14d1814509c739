import { show } from '../../core/errors.js';
import { resolve } from '../../core/options.js';
import { usageError } from '../parse.js';
import { asMistakeIn, named } from '../train/named.js';
import type { EditKind, EditOptions } from './define-edit-kind.js';
import { editKinds } from './kinds/index.js';

export interface ChosenEdit {
  readonly kind: EditKind;
  /** Its own options as they were given. */
  readonly own: Readonly<Record<string, unknown>>;
}

/** What `--with` says, or what is meant where it says nothing. */
export const wantedEdit = ({ with: given, semantic }: Partial<Pick<EditOptions, 'with' | 'semantic'>>): string =>
  given ?? (semantic == null ? 'partial-noising' : 'semantic');

/** The edit that is wanted, `--strength` among its options where it has one. */
export function chosenEdit(
  given: Pick<EditOptions, 'with' | 'strength'> & Partial<Pick<EditOptions, 'semantic'>>,
): ChosenEdit {
  const { strength, semantic = null } = given;
  const text = wantedEdit(given);
  const registry = { get: (name: string) => ({ definition: { options: editKinds.get(name).options } }) };
  const { name, options } = named({ owner: 'edit', option: 'with', registry, text });
  const kind = editKinds.get(name);
  if (semantic !== null && kind.takesSemantic === false) {
    throw usageError(
      `edit: --semantic does not go with ${name}, which changes the network in its own way. Leave it out.`,
    );
  }
  if (strength !== null && !Object.hasOwn(kind.options, 'strength')) {
    const others = editKinds.names.filter((other) => Object.hasOwn(editKinds.get(other).options, 'strength'));
    throw usageError(`edit: --strength is not for ${show(name)}. It is for: ${others.join(', ')}.`);
  }
  const own = strength === null ? options : { ...options, strength };
  asMistakeIn('with', () => resolve(name, kind.options, own as never), 'edit');
  return { kind, own };
}

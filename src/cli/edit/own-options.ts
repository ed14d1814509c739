import { show } from '../../core/errors.js';
import { resolve } from '../../core/options.js';
import { usageError } from '../parse.js';
import { asMistakeIn, named } from '../train/named.js';
import type { EditKind, EditOptions } from './define-edit-kind.js';
import { editOptions } from './edit-options.js';
import { editKinds } from './kinds/index.js';

export interface ChosenEdit {
  readonly kind: EditKind;
  /** Its own options as they were given. */
  readonly own: Readonly<Record<string, unknown>>;
}

/** The edit that `--with` names, `--strength` among its options where it has one; with `--semantic` it is that. */
export function chosenEdit({
  with: given,
  strength,
  semantic = null,
}: Pick<EditOptions, 'with' | 'strength'> & Partial<Pick<EditOptions, 'semantic'>>): ChosenEdit {
  const text = semantic !== null && given === editOptions.with.default ? 'semantic' : given;
  if (semantic !== null && !/^semantic(:|$)/.test(text)) {
    throw usageError(`edit: --semantic is for the edit semantic, got --with ${text}. Leave one of them out.`);
  }
  const registry = { get: (name: string) => ({ definition: { options: editKinds.get(name).options } }) };
  const { name, options } = named({ owner: 'edit', option: 'with', registry, text });
  const kind = editKinds.get(name);
  if (strength !== null && !Object.hasOwn(kind.options, 'strength')) {
    const others = editKinds.names.filter((other) => Object.hasOwn(editKinds.get(other).options, 'strength'));
    throw usageError(`edit: --strength is not for ${show(name)}. It is for: ${others.join(', ')}.`);
  }
  const own = strength === null ? options : { ...options, strength };
  asMistakeIn('with', () => resolve(name, kind.options, own as never), 'edit');
  return { kind, own };
}

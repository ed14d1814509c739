import { defineRegistry } from '../../../core/registry.js';
import { edits } from '../../../sampling/index.js';
import type { EditKind } from '../define-edit-kind.js';
import { registered } from './registered.js';
import { semantic } from './semantic.js';
import { semanticInterpolate } from './semantic-interpolate.js';

/** Every kind of edit, by the word that stands behind `--with`. */
export const editKinds = defineRegistry<Readonly<Record<string, EditKind>>>('edit', {
  ...Object.fromEntries(edits.names.map((name) => [name, registered(name)])),
  semantic,
  'semantic-interpolate': semanticInterpolate,
});

import { ToolkitError } from '../../core/errors.js';
import { type OpenGuiding, openGuiding } from '../sample/open-guiding.js';
import { short } from './recipe-of.js';

/** The other networks of a recipe, which must be what they were. */
export async function sameGuiding(files: OpenGuiding['files'] = {}): Promise<OpenGuiding['models']> {
  const { weak, classifier } = files;
  const opened = await openGuiding({ weakModel: weak?.path ?? null, classifier: classifier?.path ?? null }, 'replay');
  for (const role of ['weak', 'classifier'] as const) {
    const [then, now] = [files[role], opened.files[role]];
    if (then && now && then.weights !== now.weights) {
      throw new ToolkitError(
        'other-model',
        `replay: ${then.path}, which guided the picture, holds other weights now: SHA-256 ${short(now.weights)}, the ` +
          `recipe says ${short(then.weights)}. Bring back the one it was.`,
      );
    }
  }
  return opened.models;
}

import { ToolkitError } from '../../core/errors.js';
import { openModel } from '../model/open-model.js';
import { type GuidingFile, type OpenGuiding, openGuiding } from '../sample/open-guiding.js';
import type { Output } from '../terminal/output.js';
import { short } from './recipe-of.js';

/** The other networks of a recipe, which must be what they were. */
export async function sameGuiding(
  files: OpenGuiding['files'] | undefined,
  out: Pick<Output, 'warn'>,
): Promise<OpenGuiding['models']> {
  const { weak, classifier } = files ?? {};
  const named = { weakModel: weak?.path ?? null, classifier: classifier?.path ?? null };
  const opened = await openGuiding(named, { owner: 'replay', out });
  for (const role of ['weak', 'classifier'] as const) {
    const [then, now] = [files?.[role], opened.files[role]];
    if (then && now) requireSame({ then, now: now.weights, did: 'guided the picture' });
  }
  return opened.models;
}

/** The model that a recipe translates to, which must be what it was. */
export async function sameTarget(then: GuidingFile | undefined, out: Pick<Output, 'warn'>): Promise<void> {
  if (then === undefined) return;
  const { hash } = await openModel(then.path, out);
  requireSame({ then, now: hash, did: 'the picture was translated with' });
}

interface Same {
  readonly then: GuidingFile;
  /** SHA-256 of the weights. */
  readonly now: string;
  /** What it did for the picture. */
  readonly did: string;
}

function requireSame({ then, now, did }: Same): void {
  if (then.weights === now) return;
  throw new ToolkitError(
    'other-model',
    `replay: ${then.path}, which ${did}, holds other weights now: SHA-256 ${short(now)}, the recipe says ` +
      `${short(then.weights)}. Bring back the one it was.`,
  );
}

import { type GuidingModels, loadClassifier } from '../../pipelines/index.js';
import { openModel } from '../model/open-model.js';
import { usageError } from '../parse.js';
import type { Output } from '../terminal/output.js';

/** A network that guidance asks beside the model, as a recipe names it. */
export interface GuidingFile {
  readonly path: string;
  /** SHA-256 of its weights. */
  readonly weights: string;
}

/** The other networks of a job: loaded, and as its recipe names them. */
export interface OpenGuiding {
  readonly models: GuidingModels;
  readonly files: { readonly weak?: GuidingFile; readonly classifier?: GuidingFile };
}

/** No other network. */
export const noGuiding: OpenGuiding = { models: {}, files: {} };

export interface OpenGuidingOptions {
  readonly weakModel?: string | null;
  readonly classifier?: string | null;
}

export interface OpenGuidingContext {
  /** Who is spoken to, for errors. */
  readonly owner: string;
  readonly out: Pick<Output, 'warn'>;
}

/** Loads the networks that `--weak-model` and `--classifier` name. */
export async function openGuiding(
  { weakModel, classifier }: OpenGuidingOptions,
  { owner, out }: OpenGuidingContext,
): Promise<OpenGuiding> {
  if (weakModel && (await isClassifier(weakModel))) {
    throw usageError(
      `${owner}: ${weakModel} is a classifier, and --weak-model takes a model that draws. Name it with --classifier.`,
    );
  }
  const weak = weakModel ? await openModel(weakModel, out) : null;
  const climbed = classifier ? await loadClassifier(classifier) : null;
  return {
    models: { ...(weak && { weak }), ...(climbed && { classifier: climbed }) },
    files: {
      ...(weak && { weak: { path: weakModel!, weights: weak.hash } }),
      ...(climbed && { classifier: { path: classifier!, weights: climbed.hash } }),
    },
  };
}

/** Whether a folder holds a classifier. */
const isClassifier = (path: string): Promise<boolean> =>
  loadClassifier(path).then(
    () => true,
    () => false,
  );

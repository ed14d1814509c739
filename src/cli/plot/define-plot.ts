import type { Runtime } from '../../runtime/runtime.js';
import type { Output } from '../terminal/output.js';
import type { PlotOptionName, PlotOptions } from './plot-options.js';

/** What a kind of drawing is given. */
export interface PlotContext {
  /** The words that stand behind the kind, as they were joined by commas. */
  readonly subjects: readonly string[];
  readonly options: PlotOptions;
  /** Opened when it is asked for: most drawings need none. */
  readonly runtime: () => Runtime;
  readonly out: Pick<Output, 'warn'>;
  readonly signal: AbortSignal;
}

export interface Drawing {
  readonly svg: string;
  /** What was drawn, in numbers: for `--json`. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** One kind of drawing: `langevin plot KIND SUBJECTS`. */
export interface PlotKind {
  readonly name: string;
  readonly summary: string;
  /** What may stand behind the kind, in words. */
  readonly subjects: string;
  /** What is drawn when nothing stands there; null where something must. */
  readonly usual: string | null;
  /** Which options it takes, beside those of every drawing. */
  readonly options: readonly PlotOptionName[];
  readonly draw: (context: PlotContext) => Drawing | Promise<Drawing>;
}

export const definePlot = (kind: PlotKind): PlotKind => Object.freeze(kind);

/** A title that was asked for, or the usual one. */
export const titled = ({ title }: Pick<PlotOptions, 'title'>, usual: string): string => title ?? usual;

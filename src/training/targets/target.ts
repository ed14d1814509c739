import type { HostArray } from '../../core/host-array.js';
import type { Item } from '../../data/index.js';
import type { Tensor } from '../../graph/index.js';

/** What a target's losses are fed by name, one row a picture. */
export type TargetFeeds = Readonly<Record<string, HostArray<'float32'>>>;

/** How well one attribute is told on pictures that were not trained on. */
export interface AttributeScore {
  readonly name: string;
  /** Pictures that have it. */
  readonly present: number;
  /** Pictures that have it not, though they could. */
  readonly absent: number;
  /** Area under precision over recall, in [0, 1]; null where nobody has it or everybody. */
  readonly averagePrecision: number | null;
  /** Mean of the shares of right answers among those with and those without it; null where one side is empty. */
  readonly balancedAccuracy: number | null;
}

/** How well a classifier answers. */
export interface TargetScores {
  /** In [0, 1]: share of right classes, or mean balanced accuracy of the attributes that can be measured. */
  readonly accuracy: number;
  /** For attributes alone. */
  readonly attributes?: readonly AttributeScore[];
}

export interface ScoredRows {
  /** One row of logits a picture. */
  readonly logits: readonly Float32Array[];
  readonly items: readonly Item[];
}

/** What a classifier learns to tell of pictures. */
export interface ClassifierTarget {
  readonly name: 'class' | 'attributes';
  /** What each output stands for. */
  readonly names: readonly string[];
  /** Whether a picture has anything to say about it. */
  tells(item: Item): boolean;
  /** The names under which its losses are fed, each [B, K]. */
  readonly inputs: readonly string[];
  feeds(items: readonly Item[]): TargetFeeds;
  /** Losses [B] of logits [B, K], as graph. */
  losses(logits: Tensor, fed: (name: string) => Tensor): Tensor;
  scores(rows: ScoredRows): TargetScores;
}

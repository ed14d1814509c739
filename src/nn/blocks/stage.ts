import { ToolkitError } from '../../core/errors.js';
import type { Tensor } from '../../graph/index.js';
import type { ActivationName } from '../activations.js';
import type { Context } from '../context.js';
import type { Part } from '../define-layer.js';

/** What every level of a U-Net is told, going down or up. */
export interface StageOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  /** Features of the time vector. */
  readonly timeFeatures: number;
  /** Number of residual blocks. */
  readonly layers: number;
  /** Whether the level ends by changing height and width; the last one does not. */
  readonly resample: boolean;
  readonly resampleBy: 'conv' | 'resnet';
  /** Groups of every normalisation; null lets blocks that know a rule choose. */
  readonly groups: number | null;
  readonly eps: number;
  readonly activation: ActivationName;
  /** Features of one attention head; null for one head. */
  readonly headDim: number | null;
  readonly timeScaleShift: 'default' | 'scale_shift';
  readonly dropout: number;
}

export interface DownOptions extends StageOptions {
  /** Padding of the down-sampling convolution. */
  readonly padding: number;
}

export interface UpOptions extends StageOptions {
  /** Width of what comes from the level below. */
  readonly previousChannels: number;
}

export interface DownState {
  readonly x: Tensor;
  readonly time: Tensor;
  /** The input picture at this level's size: what NCSN++ blocks mix in again. */
  readonly picture: Tensor;
}

export interface DownResult {
  readonly x: Tensor;
  /** What the way up will want to see again, in order. */
  readonly states: readonly Tensor[];
  readonly picture: Tensor;
}

export interface UpState {
  readonly x: Tensor;
  readonly time: Tensor;
  /** States of the way down that belong to this level; the last one is used first. */
  readonly states: readonly Tensor[];
  /** The output picture collected so far by NCSN++ blocks. */
  readonly picture: Tensor | null;
}

export interface UpResult {
  readonly x: Tensor;
  readonly picture: Tensor | null;
}

export type DownStage = Part<[DownState, Context], DownResult>;
export type UpStage = Part<[UpState, Context], UpResult>;

/** The groups as a number, for blocks that have no rule of their own. */
export function requireGroups(owner: string, groups: number | null): number {
  if (groups !== null) return groups;
  throw new ToolkitError('bad-config', `${owner} needs norm_num_groups, got null. Set it to a divisor of every width.`);
}

/** A quarter of the channels, at most 32: the rule of NCSN++ and of configs without norm_num_groups. */
export const quarterGroups = (channels: number): number => Math.min(Math.floor(channels / 4), 32);

/** Widths that enter the residual blocks on the way up: what comes from below, plus the state of the way down. */
export function upWidths({ inChannels, outChannels, previousChannels, layers }: UpOptions) {
  return Array.from({ length: layers }, (_, i) => ({
    hidden: i === 0 ? previousChannels : outChannels,
    state: i === layers - 1 ? inChannels : outChannels,
  }));
}

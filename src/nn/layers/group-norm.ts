import { ToolkitError } from '../../core/errors.js';
import { groupNorm as normalizeGroups, type Tensor } from '../../graph/index.js';
import { defineLayer, param } from '../define-layer.js';
import { ones, zeros } from '../init.js';

export interface GroupNormLayerOptions {
  readonly channels: number;
  readonly groups: number;
  readonly eps?: number;
}

/** Group normalisation with a learned scale and shift per channel. Wu & He 2018 (arXiv:1803.08494). */
export function groupNorm({ channels, groups, eps = 1e-5 }: GroupNormLayerOptions) {
  if (channels % groups !== 0) {
    throw new ToolkitError(
      'bad-config',
      `groupNorm: ${channels} channels do not divide into ${groups} groups. Choose a norm_num_groups that divides every width of the network.`,
    );
  }
  return defineLayer({
    params: { weight: param([channels], ones), bias: param([channels], zeros) },
    apply: (p, x: Tensor): Tensor => normalizeGroups(x, p.weight, p.bias, { groups, eps }),
  });
}

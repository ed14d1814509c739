import { ToolkitError } from '../../core/errors.js';
import { add, reshape, showType, silu, type Tensor } from '../../graph/index.js';
import { defineLayer, param } from '../define-layer.js';
import { zeros } from '../init.js';
import { conv2d } from '../layers/conv2d.js';
import { groupNorm } from '../layers/group-norm.js';
import { linear } from '../layers/linear.js';

export interface DeltaNetOptions {
  /** Channels of the tap it changes. */
  readonly channels: number;
  /** Features of the time vector of the network it changes. */
  readonly timeFeatures: number;
  readonly groups?: number;
  readonly eps?: number;
}

/** A function from what passes a tap to a change of it. */
export type DeltaNet = ReturnType<typeof deltaNet>;

/**
 * The implicit function of Asyrp: what to add to h so that the picture gets one attribute.
 *
 *   Δh = conv₂(silu(norm(conv₁ h + W·silu(t)))),     both convolutions 1 × 1
 *
 * conv₂ starts as zero, so that an untrained one changes nothing. Kwon et al. 2023 (arXiv:2210.10960), Section 3.2 and
 * Appendix A.
 *
 * @example
 * import { countParams, deltaNet } from 'langevin/nn';
 * countParams(deltaNet({ channels: 128, timeFeatures: 128 }).params); // → 49792
 */
export function deltaNet({ channels, timeFeatures, groups = 8, eps = 1e-5 }: DeltaNetOptions) {
  const conv1 = conv2d({ inChannels: channels, outChannels: channels, kernel: 1 });
  const project = linear({ inFeatures: timeFeatures, outFeatures: channels });
  const norm = groupNorm({ channels, groups, eps });
  const conv2 = conv2d({ inChannels: channels, outChannels: channels, kernel: 1 });
  const layer = defineLayer({
    params: {
      conv1: conv1.params,
      time_emb_proj: project.params,
      norm: norm.params,
      conv2: { weight: param([channels, channels, 1, 1], zeros), bias: param([channels], zeros) },
    },
    /** h [B, C, H, W], time [B, T] → [B, C, H, W] */
    apply(p, h: Tensor, time: Tensor): Tensor {
      if (h.shape.length !== 4 || h.shape[1] !== channels) {
        throw new ToolkitError('shape-mismatch', `deltaNet: h must be [B, ${channels}, H, W], got ${showType(h)}.`);
      }
      const vector = project.apply(p.time_emb_proj, silu(time));
      const t = reshape(vector, { shape: [...vector.shape, 1, 1] }); // [B, C] → [B, C, 1, 1]
      return conv2.apply(p.conv2, silu(norm.apply(p.norm, add(conv1.apply(p.conv1, h), t))));
    },
  });
  return Object.freeze({ ...layer, config: { channels, timeFeatures, groups, eps } });
}

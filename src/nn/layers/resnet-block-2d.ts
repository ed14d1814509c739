import { add, averagePool, mul, reshape, split, type Tensor, upsampleNearest } from '../../graph/index.js';
import { type ActivationName, activations } from '../activations.js';
import { type Context, inference } from '../context.js';
import { defineLayer } from '../define-layer.js';
import { conv2d } from './conv2d.js';
import { firResample } from './fir-resample.js';
import { groupNorm } from './group-norm.js';
import { linear } from './linear.js';

export interface ResnetBlock2dOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  /** Features of the time vector. */
  readonly timeFeatures: number;
  readonly groups: number;
  /** Groups of the second normalisation; as many as in the first unless told. */
  readonly groupsOut?: number;
  readonly eps?: number;
  readonly activation?: ActivationName;
  /** How time enters: added before the second normalisation, or as scale and shift after it. */
  readonly timeScaleShift?: 'default' | 'scale_shift';
  /** The sum of branch and shortcut is divided by this. */
  readonly outputScale?: number;
  readonly dropout?: number;
  /** Changes height and width inside the block. */
  readonly resample?: keyof typeof resamplers;
  /** A learned 1×1 shortcut; unless told, only where the widths differ. */
  readonly shortcut?: boolean;
}

const [firHalf, firDouble] = [firResample({ to: 'half' }), firResample({ to: 'double' })];
const resamplers = {
  none: (x: Tensor) => x,
  half: (x: Tensor) => averagePool(x, { factor: 2 }),
  double: (x: Tensor) => upsampleNearest(x, { factor: 2 }),
  'fir-half': (x: Tensor) => firHalf.apply({}, x),
  'fir-double': (x: Tensor) => firDouble.apply({}, x),
};

/**
 * The residual block of diffusion U-Nets, with a = activation and r = resampling:
 *
 *   h = conv₁(r(a(norm₁ x))) + W·a(t)            time as a sum ("default"), or
 *   h = norm₂(conv₁(…))·(1 + s) + b, [s, b] = W·a(t)   as scale and shift
 *   y = (shortcut(r(x)) + conv₂(dropout(a(h)))) / outputScale
 *
 * Ho et al. 2020 (arXiv:2006.11239), Appendix B; Dhariwal & Nichol 2021 (arXiv:2105.05233), Equation 3.
 */
export function resnetBlock2d({
  inChannels,
  outChannels,
  timeFeatures,
  groups,
  groupsOut = groups,
  eps = 1e-5,
  activation = 'silu',
  timeScaleShift = 'default',
  outputScale = 1,
  dropout = 0,
  resample = 'none',
  shortcut = inChannels !== outChannels,
}: ResnetBlock2dOptions) {
  const act = activations.entries[activation];
  const resize = resamplers[resample];
  const scaled = timeScaleShift === 'scale_shift';
  const norm1 = groupNorm({ channels: inChannels, groups, eps });
  const conv1 = conv2d({ inChannels, outChannels });
  const project = linear({ inFeatures: timeFeatures, outFeatures: scaled ? 2 * outChannels : outChannels });
  const norm2 = groupNorm({ channels: outChannels, groups: groupsOut, eps });
  const conv2 = conv2d({ inChannels: outChannels, outChannels });
  const bridge = shortcut ? conv2d({ inChannels, outChannels, kernel: 1 }) : null;
  return defineLayer({
    params: {
      norm1: norm1.params,
      conv1: conv1.params,
      time_emb_proj: project.params,
      norm2: norm2.params,
      conv2: conv2.params,
      conv_shortcut: bridge ? bridge.params : null,
    },
    /** x [B, C, H, W], time [B, T] → [B, O, H′, W′] */
    apply(p, x: Tensor, time: Tensor, context: Context = inference): Tensor {
      const vector = project.apply(p.time_emb_proj, act(time));
      const t = reshape(vector, { shape: [...vector.shape, 1, 1] }); // [B, O] → [B, O, 1, 1]
      let h = conv1.apply(p.conv1, resize(act(norm1.apply(p.norm1, x))));
      if (scaled) {
        const [scale, shift] = split(t, { axis: 1, sizes: [outChannels, outChannels] }) as [Tensor, Tensor];
        h = add(mul(norm2.apply(p.norm2, h), add(scale, 1)), shift);
      } else h = norm2.apply(p.norm2, add(h, t));
      h = conv2.apply(p.conv2, context.dropout(act(h), dropout));
      const straight = resize(x);
      const sum = add(bridge && p.conv_shortcut ? bridge.apply(p.conv_shortcut, straight) : straight, h);
      return outputScale === 1 ? sum : mul(sum, 1 / outputScale);
    },
  });
}

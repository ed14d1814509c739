import type { Tensor } from '../../graph/index.js';
import type { ActivationName } from '../activations.js';
import type { Context } from '../context.js';
import { defineLayer } from '../define-layer.js';
import { attentionBlock } from '../layers/attention-block.js';
import { resnetBlock2d } from '../layers/resnet-block-2d.js';
import { quarterGroups } from './stage.js';

export interface MidBlockOptions {
  readonly channels: number;
  readonly timeFeatures: number;
  readonly groups: number | null;
  /** Groups of the attention's normalisation; null takes `groups`, and none at all where time scales and shifts. */
  readonly attentionGroups: number | null;
  readonly attention: boolean;
  readonly headDim: number | null;
  readonly eps: number;
  readonly activation: ActivationName;
  readonly timeScaleShift: 'default' | 'scale_shift';
  readonly outputScale: number;
  readonly dropout: number;
}

/** The bottom of the U: a residual block, attention, and a second residual block. */
export function midBlock({ channels, attention, headDim, attentionGroups, ...options }: MidBlockOptions) {
  const { timeFeatures, eps, activation, timeScaleShift, outputScale, dropout } = options;
  const groups = options.groups ?? quarterGroups(channels);
  const resnet = resnetBlock2d({
    inChannels: channels,
    outChannels: channels,
    timeFeatures,
    groups,
    eps,
    activation,
    timeScaleShift,
    outputScale,
    dropout,
  });
  const attend = attention
    ? attentionBlock({
        channels,
        headDim: headDim ?? channels,
        groups: attentionGroups ?? (timeScaleShift === 'default' ? groups : null),
        eps,
        outputScale,
      })
    : null;
  return defineLayer({
    params: { attentions: attend ? [attend.params] : null, resnets: [resnet.params, resnet.params] },
    apply(p, x: Tensor, time: Tensor, context: Context): Tensor {
      const first = resnet.apply(p.resnets[0], x, time, context);
      const attended = attend && p.attentions ? attend.apply(p.attentions[0]!, first) : first;
      return resnet.apply(p.resnets[1], attended, time, context);
    },
  });
}

import { concat } from '../../graph/index.js';
import type { Context } from '../context.js';
import { defineLayer } from '../define-layer.js';
import { attentionBlock } from '../layers/attention-block.js';
import { resnetBlock2d } from '../layers/resnet-block-2d.js';
import { upsample } from '../layers/upsample.js';
import { requireGroups, type UpOptions, type UpResult, type UpState, upWidths } from './stage.js';

export interface UpBlockOptions extends UpOptions {
  readonly attention: boolean;
}

/**
 * A level on the way up: residual blocks that also see one state each of the way down, attention if asked for, then
 * double the size by a convolution or by a residual block. The mirror image of `downBlock`.
 */
export function upBlock(options: UpBlockOptions) {
  const { outChannels, resample, resampleBy, headDim, attention, timeScaleShift } = options;
  const { eps, timeFeatures, activation, dropout } = options;
  const groups = requireGroups('An up block', options.groups);
  const common = { outChannels, timeFeatures, groups, eps, activation, timeScaleShift, dropout };
  const resnets = upWidths(options).map(({ hidden, state }) =>
    resnetBlock2d({ ...common, inChannels: hidden + state }),
  );
  const attend = attention
    ? attentionBlock({ channels: outChannels, headDim: headDim ?? outChannels, groups, eps })
    : null;
  const doubleByConv = resample && resampleBy === 'conv' ? upsample({ channels: outChannels }) : null;
  const doubleByResnet =
    resample && resampleBy === 'resnet'
      ? resnetBlock2d({ ...common, inChannels: outChannels, resample: 'double' })
      : null;
  return defineLayer({
    params: {
      attentions: attend ? resnets.map(() => attend.params) : null,
      resnets: resnets.map(({ params }) => params),
      upsamplers: doubleByConv ? [doubleByConv.params] : doubleByResnet ? [doubleByResnet.params] : null,
    },
    apply(p, { x, time, states, picture }: UpState, context: Context): UpResult {
      let h = x;
      for (const [i, resnet] of resnets.entries()) {
        h = resnet.apply(p.resnets[i]!, concat(h, states.at(-1 - i)!, { axis: 1 }), time, context);
        if (attend && p.attentions) h = attend.apply(p.attentions[i]!, h);
      }
      const [grow] = p.upsamplers ?? [];
      if (grow) h = 'conv' in grow ? doubleByConv!.apply(grow, h) : doubleByResnet!.apply(grow, h, time, context);
      return { x: h, picture };
    },
  });
}

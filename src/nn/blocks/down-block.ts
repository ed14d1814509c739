import type { Tensor } from '../../graph/index.js';
import type { Context } from '../context.js';
import { defineLayer } from '../define-layer.js';
import { attentionBlock } from '../layers/attention-block.js';
import { downsample } from '../layers/downsample.js';
import { resnetBlock2d } from '../layers/resnet-block-2d.js';
import { type DownOptions, type DownResult, type DownState, requireGroups } from './stage.js';

export interface DownBlockOptions extends DownOptions {
  readonly attention: boolean;
}

/**
 * A level on the way down: residual blocks, each followed by attention if asked for, then half the size by a
 * convolution or by a residual block. Ho et al. 2020 (arXiv:2006.11239); Dhariwal & Nichol 2021 (arXiv:2105.05233).
 */
export function downBlock(options: DownBlockOptions) {
  const { inChannels, outChannels, layers, resample, resampleBy, padding, headDim, attention, timeScaleShift } =
    options;
  const { eps, timeFeatures, activation, dropout } = options;
  const groups = requireGroups('A down block', options.groups);
  const common = { outChannels, timeFeatures, groups, eps, activation, timeScaleShift, dropout };
  const resnets = Array.from({ length: layers }, (_, i) =>
    resnetBlock2d({ ...common, inChannels: i === 0 ? inChannels : outChannels }),
  );
  const attend = attention
    ? attentionBlock({ channels: outChannels, headDim: headDim ?? outChannels, groups, eps })
    : null;
  const halveByConv = resample && resampleBy === 'conv' ? downsample({ channels: outChannels, padding }) : null;
  const halveByResnet =
    resample && resampleBy === 'resnet'
      ? resnetBlock2d({ ...common, inChannels: outChannels, resample: 'half' })
      : null;
  return defineLayer({
    params: {
      attentions: attend ? resnets.map(() => attend.params) : null,
      resnets: resnets.map(({ params }) => params),
      downsamplers: halveByConv ? [halveByConv.params] : halveByResnet ? [halveByResnet.params] : null,
    },
    apply(p, { x, time, picture }: DownState, context: Context): DownResult {
      const states: Tensor[] = [];
      let h = x;
      for (const [i, resnet] of resnets.entries()) {
        h = resnet.apply(p.resnets[i]!, h, time, context);
        if (attend && p.attentions) h = attend.apply(p.attentions[i]!, h);
        states.push(h);
      }
      const [shrink] = p.downsamplers ?? [];
      if (shrink) {
        h = 'conv' in shrink ? halveByConv!.apply(shrink, h) : halveByResnet!.apply(shrink, h, time, context);
        states.push(h);
      }
      return { x: h, states, picture };
    },
  });
}

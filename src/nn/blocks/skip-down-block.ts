import { add, type Tensor } from '../../graph/index.js';
import type { Context } from '../context.js';
import { defineLayer } from '../define-layer.js';
import { attentionBlock } from '../layers/attention-block.js';
import { conv2d } from '../layers/conv2d.js';
import { firResample } from '../layers/fir-resample.js';
import { resnetBlock2d } from '../layers/resnet-block-2d.js';
import type { DownBlockOptions } from './down-block.js';
import { type DownResult, type DownState, quarterGroups } from './stage.js';

/** Pictures have three channels in NCSN++ blocks, whatever the network's own. */
export const pictureChannels = 3;

/**
 * A level of NCSN++ on the way down: residual blocks scaled by 1/√2, anti-aliased down-sampling, and the shrunk input
 * picture mixed in again through a 1×1 convolution. Song et al. 2021 (arXiv:2011.13456), Appendix H.
 */
export function skipDownBlock({ inChannels, outChannels, layers, resample, headDim, ...options }: DownBlockOptions) {
  const { timeFeatures, eps, activation, timeScaleShift, dropout, attention } = options;
  const common = { outChannels, timeFeatures, eps, activation, timeScaleShift, dropout, outputScale: Math.SQRT2 };
  const groupsOut = quarterGroups(outChannels);
  const resnets = Array.from({ length: layers }, (_, i) => {
    const width = i === 0 ? inChannels : outChannels;
    return resnetBlock2d({ ...common, inChannels: width, groups: quarterGroups(width), groupsOut });
  });
  const attend = attention
    ? attentionBlock({
        channels: outChannels,
        headDim: headDim ?? outChannels,
        groups: 32,
        eps,
        outputScale: Math.SQRT2,
      })
    : null;
  const halve = resample
    ? {
        resnet: resnetBlock2d({
          ...common,
          inChannels: outChannels,
          groups: groupsOut,
          resample: 'fir-half',
          shortcut: true,
        }),
        picture: firResample({ to: 'half' }),
        mix: conv2d({ inChannels: pictureChannels, outChannels, kernel: 1 }),
      }
    : null;
  return defineLayer({
    params: {
      attentions: attend ? resnets.map(() => attend.params) : null,
      resnets: resnets.map(({ params }) => params),
      resnet_down: halve ? halve.resnet.params : null,
      skip_conv: halve ? halve.mix.params : null,
    },
    apply(p, { x, time, picture }: DownState, context: Context): DownResult {
      const states: Tensor[] = [];
      let h = x;
      for (const [i, resnet] of resnets.entries()) {
        h = resnet.apply(p.resnets[i]!, h, time, context);
        if (attend && p.attentions) h = attend.apply(p.attentions[i]!, h);
        states.push(h);
      }
      if (!halve || !p.resnet_down || !p.skip_conv) return { x: h, states, picture };
      const shrunk = halve.picture.apply({}, picture);
      h = add(halve.mix.apply(p.skip_conv, shrunk), halve.resnet.apply(p.resnet_down, h, time, context));
      return { x: h, states: [...states, h], picture: shrunk };
    },
  });
}

import { add, concat, silu } from '../../graph/index.js';
import type { Context } from '../context.js';
import { defineLayer } from '../define-layer.js';
import { attentionBlock } from '../layers/attention-block.js';
import { conv2d } from '../layers/conv2d.js';
import { firResample } from '../layers/fir-resample.js';
import { groupNorm } from '../layers/group-norm.js';
import { resnetBlock2d } from '../layers/resnet-block-2d.js';
import { pictureChannels } from './skip-down-block.js';
import { quarterGroups, type UpResult, type UpState, upWidths } from './stage.js';
import type { UpBlockOptions } from './up-block.js';

/**
 * A level of NCSN++ on the way up: residual blocks scaled by 1/√2, one attention after the last of them, and a
 * contribution to the output picture, which grows from level to level. Song et al. 2021 (arXiv:2011.13456), Appendix H.
 */
export function skipUpBlock(options: UpBlockOptions) {
  const { outChannels, resample, headDim, attention } = options;
  const { timeFeatures, eps, activation, timeScaleShift, dropout } = options;
  const common = { outChannels, timeFeatures, eps, activation, timeScaleShift, dropout, outputScale: Math.SQRT2 };
  const groupsOut = quarterGroups(outChannels);
  const resnets = upWidths(options).map(({ hidden, state }) => {
    // Checkpoints with attention were trained with the division applied to the state's width alone.
    const groups = attention ? Math.min(hidden + Math.floor(state / 4), 32) : quarterGroups(hidden + state);
    return resnetBlock2d({ ...common, inChannels: hidden + state, groups, groupsOut });
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
  const enlarge = firResample({ to: 'double' });
  const double = resample
    ? {
        resnet: resnetBlock2d({
          ...common,
          inChannels: outChannels,
          groups: groupsOut,
          resample: 'fir-double',
          shortcut: true,
        }),
        paint: conv2d({ inChannels: outChannels, outChannels: pictureChannels }),
        norm: groupNorm({ channels: outChannels, groups: groupsOut, eps }),
      }
    : null;
  return defineLayer({
    params: {
      attentions: attend ? [attend.params] : null,
      resnets: resnets.map(({ params }) => params),
      resnet_up: double ? double.resnet.params : null,
      skip_conv: double ? double.paint.params : null,
      skip_norm: double ? double.norm.params : null,
    },
    apply(p, { x, time, states, picture }: UpState, context: Context): UpResult {
      let h = x;
      for (const [i, resnet] of resnets.entries()) {
        h = resnet.apply(p.resnets[i]!, concat(h, states.at(-1 - i)!, { axis: 1 }), time, context);
      }
      if (attend && p.attentions) h = attend.apply(p.attentions[0]!, h);
      const sofar = picture && enlarge.apply({}, picture);
      if (!double || !p.resnet_up || !p.skip_conv || !p.skip_norm) return { x: h, picture: sofar };
      const painted = double.paint.apply(p.skip_conv, silu(double.norm.apply(p.skip_norm, h)));
      return {
        x: double.resnet.apply(p.resnet_up, h, time, context),
        picture: sofar ? add(sofar, painted) : painted,
      };
    },
  });
}

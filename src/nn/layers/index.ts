import { int64s } from '../../core/host-array.js';
import { defineRegistry } from '../../core/registry.js';
import { layerEntry } from '../define-layer.js';
import { attentionBlock } from './attention-block.js';
import { conv2d } from './conv2d.js';
import { downsample } from './downsample.js';
import { embedding } from './embedding.js';
import { firResample } from './fir-resample.js';
import { gaussianFourier } from './gaussian-fourier.js';
import { groupNorm } from './group-norm.js';
import { linear } from './linear.js';
import { resnetBlock2d } from './resnet-block-2d.js';
import { sinusoidal } from './sinusoidal.js';
import { timeMlp } from './time-mlp.js';
import { upsample } from './upsample.js';

/** Every layer by file name, each with an instance that the conformance suite examines. */
export const layers = defineRegistry('layer', {
  'attention-block': layerEntry(
    attentionBlock,
    { channels: 8, headDim: 4, groups: 2 },
    { inputs: [[2, 8, 3, 2]], output: [2, 8, 3, 2] },
  ),
  conv2d: layerEntry(conv2d, { inChannels: 3, outChannels: 4 }, { inputs: [[2, 3, 4, 5]], output: [2, 4, 4, 5] }),
  downsample: layerEntry(downsample, { channels: 3, padding: 0 }, { inputs: [[2, 3, 4, 6]], output: [2, 3, 2, 3] }),
  embedding: layerEntry(embedding, { count: 5, features: 3 }, { inputs: [int64s([2], [4, 1])], output: [2, 3] }),
  'fir-resample': layerEntry(firResample, { to: 'double' }, { inputs: [[2, 3, 4, 2]], output: [2, 3, 8, 4] }),
  'gaussian-fourier': layerEntry(gaussianFourier, { frequencies: 3 }, { inputs: [[2]], output: [2, 6] }),
  'group-norm': layerEntry(groupNorm, { channels: 4, groups: 2 }, { inputs: [[2, 4, 3, 2]], output: [2, 4, 3, 2] }),
  linear: layerEntry(linear, { inFeatures: 3, outFeatures: 4 }, { inputs: [[2, 3]], output: [2, 4] }),
  'resnet-block-2d': layerEntry(
    resnetBlock2d,
    { inChannels: 4, outChannels: 6, timeFeatures: 5, groups: 2, timeScaleShift: 'scale_shift', resample: 'half' },
    {
      inputs: [
        [2, 4, 4, 2],
        [2, 5],
      ],
      output: [2, 6, 2, 1],
    },
  ),
  sinusoidal: layerEntry(sinusoidal, { features: 7 }, { inputs: [[2]], output: [2, 7] }),
  'time-mlp': layerEntry(timeMlp, { inFeatures: 4, outFeatures: 6 }, { inputs: [[2, 4]], output: [2, 6] }),
  upsample: layerEntry(upsample, { channels: 3 }, { inputs: [[2, 3, 3, 2]], output: [2, 3, 6, 4] }),
});

export type LayerName = keyof typeof layers.entries;
export {
  attentionBlock,
  conv2d,
  downsample,
  embedding,
  firResample,
  gaussianFourier,
  groupNorm,
  linear,
  resnetBlock2d,
  sinusoidal,
  timeMlp,
  upsample,
};

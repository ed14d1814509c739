import { defineRegistry } from '../../core/registry.js';
import { downBlock } from './down-block.js';
import { skipDownBlock } from './skip-down-block.js';
import { skipUpBlock } from './skip-up-block.js';
import type { DownOptions, DownStage, UpOptions, UpStage } from './stage.js';
import { upBlock } from './up-block.js';

type MakeDown = (options: DownOptions) => DownStage;
type MakeUp = (options: UpOptions) => UpStage;

const down: MakeDown = (options) => downBlock({ ...options, attention: false, resampleBy: 'conv' });
const attnDown: MakeDown = (options) => downBlock({ ...options, attention: true });
const resnetDown: MakeDown = (options) => downBlock({ ...options, attention: false, resampleBy: 'resnet' });
const skipDown: MakeDown = (options) => skipDownBlock({ ...options, attention: false });
const attnSkipDown: MakeDown = (options) => skipDownBlock({ ...options, attention: true });

const up: MakeUp = (options) => upBlock({ ...options, attention: false, resampleBy: 'conv' });
const attnUp: MakeUp = (options) => upBlock({ ...options, attention: true });
const resnetUp: MakeUp = (options) => upBlock({ ...options, attention: false, resampleBy: 'resnet' });
const skipUp: MakeUp = (options) => skipUpBlock({ ...options, attention: false });
const attnSkipUp: MakeUp = (options) => skipUpBlock({ ...options, attention: true });

/** Levels of the way down by the names of diffusers configs. Only those with attention heed `downsample_type`. */
export const downBlocks = defineRegistry('down block', {
  AttnDownBlock2D: attnDown,
  AttnSkipDownBlock2D: attnSkipDown,
  DownBlock2D: down,
  ResnetDownsampleBlock2D: resnetDown,
  SkipDownBlock2D: skipDown,
});

/** Levels of the way up by the names of diffusers configs. Only those with attention heed `upsample_type`. */
export const upBlocks = defineRegistry('up block', {
  AttnSkipUpBlock2D: attnSkipUp,
  AttnUpBlock2D: attnUp,
  ResnetUpsampleBlock2D: resnetUp,
  SkipUpBlock2D: skipUp,
  UpBlock2D: up,
});

export type DownBlockName = keyof typeof downBlocks.entries;
export type UpBlockName = keyof typeof upBlocks.entries;
export { midBlock } from './mid-block.js';

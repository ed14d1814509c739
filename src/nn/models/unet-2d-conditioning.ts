import { ToolkitError } from '../../core/errors.js';
import { add, cast, showType, type Tensor } from '../../graph/index.js';
import { applyPart, type BoundTree, type Part } from '../define-layer.js';
import { embedding } from '../layers/embedding.js';
import { gaussianFourier } from '../layers/gaussian-fourier.js';
import { sinusoidal } from '../layers/sinusoidal.js';
import { timeMlp } from '../layers/time-mlp.js';
import type { UNet2dConfig } from './unet-2d-config.js';

/** How time becomes waves, and a class a vector, as a config chooses. */
export interface Conditioning {
  /** Time [B] → waves [B, `features`]. */
  readonly projection: Part<[Tensor], Tensor>;
  readonly features: number;
  /** Class → vector [B, T], or null for an unconditional network. */
  readonly classes: Part<[Tensor], Tensor> | null;
}

export function conditioning(config: UNet2dConfig, timeFeatures: number): Conditioning {
  const [first] = config.block_out_channels as [number];
  const features = config.time_embedding_type === 'fourier' ? 2 * first : first;
  const kind = config.class_embed_type;
  const count = config.num_class_embeds;
  const classes =
    kind === 'timestep'
      ? timeMlp({ inFeatures: features, outFeatures: timeFeatures })
      : kind === 'identity'
        ? { params: null, apply: (_: null, vector: Tensor) => vector }
        : count !== null
          ? embedding({ count, features: timeFeatures })
          : null;
  return { projection: timeProjection(config, first), features, classes };
}

function timeProjection(config: UNet2dConfig, width: number): Part<[Tensor], Tensor> {
  switch (config.time_embedding_type) {
    case 'fourier':
      return gaussianFourier({ frequencies: width });
    case 'learned': {
      const table = embedding({ count: config.num_train_timesteps!, features: width });
      return { params: table.params, apply: (p: never, t: Tensor) => table.apply(p, cast(t, { to: 'int64' })) };
    }
    case 'positional':
      return sinusoidal({
        features: width,
        flipSinToCos: config.flip_sin_to_cos,
        freqShift: config.freq_shift,
      });
  }
}

export interface ConditioningParams {
  readonly time_proj: BoundTree;
  readonly class_embedding: BoundTree;
}

/** Adds the class, where the network has classes, to the time vector [B, T]. */
export function addClass(
  { projection, classes }: Conditioning,
  p: ConditioningParams,
  { vector, labels, kind }: { vector: Tensor; labels: Tensor | undefined; kind: UNet2dConfig['class_embed_type'] },
): Tensor {
  if (!classes) {
    if (!labels) return vector;
    throw new ToolkitError(
      'unexpected-input',
      'unet2d: got classLabels, but this network has no classes. Leave them out, or set num_class_embeds.',
    );
  }
  if (!labels) {
    throw new ToolkitError('missing-input', 'unet2d: this network is class-conditional. Give it classLabels.');
  }
  const wanted = kind === 'identity' ? vector.shape : vector.shape.slice(0, 1);
  if (labels.shape.join() !== wanted.join()) {
    throw new ToolkitError(
      'shape-mismatch',
      `unet2d: classLabels must have shape [${wanted.join(', ')}], got ${showType(labels)}.`,
    );
  }
  if (kind !== 'timestep') return add(vector, applyPart(classes, p.class_embedding, labels));
  const waves = applyPart(projection, p.time_proj, labels.dtype === 'float32' ? labels : cast(labels));
  return add(vector, applyPart(classes, p.class_embedding, waves));
}

import { ToolkitError } from '../../core/errors.js';
import { add, mean, reshape, showType, silu, type Tensor } from '../../graph/index.js';
import { type Context, inference } from '../context.js';
import { applyPart, type BoundTree, defineLayer, type ParamTree, type Part } from '../define-layer.js';
import { conv2d } from '../layers/conv2d.js';
import { groupNorm } from '../layers/group-norm.js';
import { linear } from '../layers/linear.js';
import { sinusoidal } from '../layers/sinusoidal.js';
import { timeMlp } from '../layers/time-mlp.js';
import { type ClassifierConfig, parseClassifierConfig } from './classifier-config.js';

export interface ClassifierInputs {
  /** Pictures [B, C, H, W]. */
  readonly sample: Tensor;
  /** Index of the noise level, float32 [B], for noise-conditional networks alone. */
  readonly timestep?: Tensor | undefined;
}

export interface ClassifierOutputs {
  /** [B, K], before the softmax. */
  readonly logits: Tensor;
  /** [B, F]: what the last layer reads, the place where pictures are compared. */
  readonly features: Tensor;
}

/** A picture classifier. */
export type Classifier = ReturnType<typeof classifier>;

/**
 * A small residual classifier of pictures of any size. Its features are what sample metrics compare pictures by; told
 * the noise level it is the classifier of classifier guidance.
 *
 *   h = conv(x), halved;   h ← h + conv₂(silu(norm₂(conv₁(silu(norm₁ h)) + W·silu(t)))), halved at each new width
 *   features = silu(W₁·mean over pixels of silu(norm h));   logits = W₂·features
 *
 * Blocks: He et al. 2016 (arXiv:1603.05027), Figure 1(b), with group normalisation, Wu & He 2018 (arXiv:1803.08494), so
 * that a picture's features do not depend on its batch. Noise level: Dhariwal & Nichol 2021 (arXiv:2105.05233), Section 4.
 *
 * @example
 * import { classifier, countParams } from 'langevin/nn';
 * countParams(classifier({ num_classes: 36 }).params); // → 349924
 */
export function classifier(given: Partial<ClassifierConfig> = {}) {
  const config = parseClassifierConfig(given);
  const { block_out_channels: widths, num_features: features, norm_num_groups: groups, norm_eps: eps } = config;
  const [first, last] = [widths[0]!, widths.at(-1)!];
  const timeFeatures = config.noise_conditional ? 4 * first : null;

  const conv_in = conv2d({ inChannels: config.in_channels, outChannels: first, stride: 2 });
  const waves = sinusoidal({ features: first });
  const time = timeFeatures === null ? null : timeMlp({ inFeatures: first, outFeatures: timeFeatures });
  const blocks = widths.flatMap((width, i) =>
    Array.from({ length: config.layers_per_block }, (_, layer) => {
      const inChannels = layer === 0 ? widths[Math.max(0, i - 1)]! : width;
      const stride = i > 0 && layer === 0 ? 2 : 1;
      return block({ inChannels, outChannels: width, stride, timeFeatures, groups, eps });
    }),
  );
  const norm_out = groupNorm({ channels: last, groups, eps });
  const project = linear({ inFeatures: last, outFeatures: features });
  const head = linear({ inFeatures: features, outFeatures: config.num_classes });

  const layer = defineLayer({
    params: {
      conv_in: conv_in.params,
      time_embedding: time ? time.params : null,
      blocks: blocks.map(({ params }) => params) as readonly ParamTree[],
      norm_out: norm_out.params,
      features: project.params,
      classes: head.params,
    },
    apply(p, inputs: ClassifierInputs, context: Context = inference): ClassifierOutputs {
      checkInputs(config, inputs);
      const { sample, timestep } = inputs;
      const vector =
        time && p.time_embedding && timestep ? time.apply(p.time_embedding, waves.apply({}, timestep)) : null;
      let x = conv_in.apply(p.conv_in, sample); // [B, C, H, W] → [B, D, ⌈H/2⌉, ⌈W/2⌉]
      for (const [i, part] of blocks.entries()) {
        x = context.tap(`blocks.${i}`, applyPart(part, p.blocks[i] as BoundTree, { x, time: vector }));
      }
      const pooled = mean(silu(norm_out.apply(p.norm_out, x)), { axes: [2, 3] }); // [B, D, h, w] → [B, D]
      const seen = context.tap('features', silu(project.apply(p.features, pooled))); // [B, D] → [B, F]
      return { logits: head.apply(p.classes, context.dropout(seen, config.dropout)), features: seen };
    },
  });
  return Object.freeze({ ...layer, config });
}

interface BlockOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  /** 2 halves height and width. */
  readonly stride: number;
  readonly timeFeatures: number | null;
  readonly groups: number;
  readonly eps: number;
}

interface BlockInputs {
  readonly x: Tensor;
  readonly time: Tensor | null;
}

/** x + conv₂(silu(norm₂(conv₁(silu(norm₁ x)) + W·silu(t)))): a residual block that knows the noise level where asked. */
function block({
  inChannels,
  outChannels,
  stride,
  timeFeatures,
  groups,
  eps,
}: BlockOptions): Part<[BlockInputs], Tensor> {
  const norm1 = groupNorm({ channels: inChannels, groups, eps });
  const conv1 = conv2d({ inChannels, outChannels, stride });
  const project = timeFeatures === null ? null : linear({ inFeatures: timeFeatures, outFeatures: outChannels });
  const norm2 = groupNorm({ channels: outChannels, groups, eps });
  const conv2 = conv2d({ inChannels: outChannels, outChannels });
  const plain = stride === 1 && inChannels === outChannels;
  const bridge = plain ? null : conv2d({ inChannels, outChannels, kernel: 1, stride });
  return defineLayer({
    params: {
      norm1: norm1.params,
      conv1: conv1.params,
      time_emb_proj: project ? project.params : null,
      norm2: norm2.params,
      conv2: conv2.params,
      conv_shortcut: bridge ? bridge.params : null,
    },
    apply(p, { x, time }: BlockInputs): Tensor {
      let h = conv1.apply(p.conv1, silu(norm1.apply(p.norm1, x)));
      if (project && p.time_emb_proj && time) {
        const t = project.apply(p.time_emb_proj, silu(time));
        h = add(h, reshape(t, { shape: [...t.shape, 1, 1] })); // [B, O] → [B, O, 1, 1]
      }
      h = conv2.apply(p.conv2, silu(norm2.apply(p.norm2, h)));
      return add(bridge && p.conv_shortcut ? bridge.apply(p.conv_shortcut, x) : x, h);
    },
  });
}

/** One sentence for inputs that do not fit, before some convolution inside complains. */
function checkInputs(config: ClassifierConfig, { sample, timestep }: ClassifierInputs): void {
  if (sample.shape.length !== 4 || sample.shape[1] !== config.in_channels) {
    throw new ToolkitError(
      'shape-mismatch',
      `classifier: sample must be [B, ${config.in_channels}, H, W], got ${showType(sample)}.`,
    );
  }
  if (config.noise_conditional && !timestep) {
    throw new ToolkitError('missing-input', 'classifier: this network knows noise levels. Give it a timestep.');
  }
  if (!config.noise_conditional && timestep) {
    throw new ToolkitError(
      'unexpected-input',
      'classifier: got a timestep, but this network knows no noise levels. Leave it out, or set noise_conditional.',
    );
  }
}

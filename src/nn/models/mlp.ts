import { ToolkitError } from '../../core/errors.js';
import { floats } from '../../core/host-array.js';
import { add, concat, constant, cos, mul, reshape, showType, sin, type Tensor } from '../../graph/index.js';
import { activations } from '../activations.js';
import { type Context, inference } from '../context.js';
import { applyPart, type BoundTree, defineLayer, type Part } from '../define-layer.js';
import { embedding } from '../layers/embedding.js';
import { gaussianFourier } from '../layers/gaussian-fourier.js';
import { linear } from '../layers/linear.js';
import { sinusoidal } from '../layers/sinusoidal.js';
import { timeMlp } from '../layers/time-mlp.js';
import { type MlpConfig, parseMlpConfig } from './mlp-config.js';

export interface MlpInputs {
  /** Noisy samples [B, D]. */
  readonly sample: Tensor;
  /** Index of the training step, or the noise level σ for Fourier networks: float32 [B]. */
  readonly timestep: Tensor;
  /** Classes, int64 [B]. */
  readonly classLabels?: Tensor | undefined;
}

/** A denoising network for points; see `mlp`. */
export type Mlp = ReturnType<typeof mlp>;

/**
 * The network of the playground: residual blocks over a vector, told the time as waves.
 *
 *   h₀ = W·[x, sin(2^k·π/2·x), cos(2^k·π/2·x)]_k,      e = W₂·silu(W₁·waves(t)) + class vector
 *   h  ← h + W″·act(W′·act(h) + E·act(e))              once a block
 *   F  = W_out·act(h)
 *
 * Waves of the coordinates let a small network draw sharp edges: Tancik et al. 2020 (arXiv:2006.10739), Equation 5
 * with powers of two as Mildenhall et al. 2020 (arXiv:2003.08934), Equation 4. The blocks are those of He et al. 2016
 * (arXiv:1603.05027) with the time added inside as Ho et al. 2020 (arXiv:2006.11239), Appendix B, do in their U-Net.
 *
 * Takes a config, complete or in part. Named taps: `proj_in`, `time_embedding`, `blocks.i`.
 *
 * @example
 * import { countParams, mlp } from 'langevin/nn';
 * countParams(mlp({}).params); // → 101762
 */
export function mlp(given: Partial<MlpConfig> = {}) {
  const config = parseMlpConfig(given);
  const { in_channels: dim, hidden_features: width, position_frequencies: frequencies } = config;
  const act = activations.get(config.act_fn);
  const proj_in = linear({ inFeatures: dim * (1 + 2 * frequencies), outFeatures: width });
  const time_proj = timeProjection(config);
  const time_embedding = timeMlp({ inFeatures: 2 * (config.time_features >> 1), outFeatures: width });
  const classes =
    config.num_class_embeds === null ? null : embedding({ count: config.num_class_embeds, features: width });
  const blocks = Array.from({ length: config.num_blocks }, () => residual({ width, config }));
  const proj_out = linear({ inFeatures: width, outFeatures: config.out_channels });

  const layer = defineLayer({
    params: {
      proj_in: proj_in.params,
      time_proj: time_proj.params,
      time_embedding: time_embedding.params,
      class_embedding: classes ? classes.params : null,
      blocks: blocks.map(({ params }) => params),
      proj_out: proj_out.params,
    },
    apply(p, inputs: MlpInputs, context: Context = inference): Tensor {
      checkInputs(config, inputs);
      const { sample, timestep, classLabels } = inputs;
      const waves = applyPart(time_proj, p.time_proj as BoundTree, timestep); // [B] → [B, T]
      const told = time_embedding.apply(p.time_embedding, waves); // [B, T] → [B, W]
      const time = classes && p.class_embedding ? add(told, classes.apply(p.class_embedding, classLabels!)) : told;
      const e = act(context.tap('time_embedding', time));
      let h = context.tap('proj_in', proj_in.apply(p.proj_in, positions(sample, frequencies)));
      for (const [i, block] of blocks.entries()) {
        h = context.tap(`blocks.${i}`, block.apply(p.blocks[i]!, { h, e, context }));
      }
      return proj_out.apply(p.proj_out, act(h)); // [B, W] → [B, out]
    },
  });
  return Object.freeze({ ...layer, config });
}

interface BlockInputs {
  readonly h: Tensor;
  /** The time after its activation, [B, W]. */
  readonly e: Tensor;
  readonly context: Context;
}

/** h + W″·dropout(act(W′·act(h) + E·e)). */
function residual({ width, config }: { readonly width: number; readonly config: MlpConfig }) {
  const act = activations.get(config.act_fn);
  const [first, time, last] = ['in', 'time', 'out'].map(() => linear({ inFeatures: width, outFeatures: width }));
  return defineLayer({
    params: { proj_in: first!.params, time_emb_proj: time!.params, proj_out: last!.params },
    apply(p, { h, e, context }: BlockInputs): Tensor {
      const inner = act(add(first!.apply(p.proj_in, act(h)), time!.apply(p.time_emb_proj, e))); // [B, W]
      return add(h, last!.apply(p.proj_out, context.dropout(inner, config.dropout)));
    },
  });
}

const timeProjection = ({ time_embedding_type: kind, time_features: features }: MlpConfig): Part<[Tensor], Tensor> =>
  kind === 'fourier'
    ? gaussianFourier({ frequencies: features >> 1, scale: 1 })
    : sinusoidal({ features: 2 * (features >> 1) });

/** [x, sin(2^k·π/2·x), cos(2^k·π/2·x)]: [B, D] → [B, D·(1 + 2K)]. */
function positions(x: Tensor, frequencies: number): Tensor {
  if (frequencies === 0) return x;
  const [, dim = 0] = x.shape;
  const omega = constant(
    floats(
      [1, frequencies, 1],
      Array.from({ length: frequencies }, (_, k) => (2 ** k * Math.PI) / 2),
    ),
  );
  const angle = reshape(mul(reshape(x, { shape: [-1, 1, dim] }), omega), { shape: [-1, frequencies * dim] });
  return concat(x, sin(angle), cos(angle), { axis: 1 });
}

/** One sentence for inputs of the wrong shape, before some product inside complains about them. */
function checkInputs({ in_channels: dim, num_class_embeds: rows }: MlpConfig, inputs: MlpInputs): void {
  const { sample, timestep, classLabels } = inputs;
  const [count] = sample.shape;
  const wrong = (sentence: string): ToolkitError => new ToolkitError('shape-mismatch', `mlp: ${sentence}`);
  if (sample.shape.length !== 2 || sample.shape[1] !== dim) {
    throw wrong(`sample must be [B, ${dim}], got ${showType(sample)}.`);
  }
  if (timestep.dtype !== 'float32' || timestep.shape.join() !== String(count)) {
    throw wrong(`timestep must be float32[${count}], got ${showType(timestep)}.`);
  }
  if (rows === null && classLabels) {
    throw new ToolkitError(
      'unexpected-input',
      'mlp: got classLabels, but this network has no classes. Leave them out, or set num_class_embeds.',
    );
  }
  if (rows === null) return;
  if (!classLabels) {
    throw new ToolkitError('missing-input', 'mlp: this network is class-conditional. Give it classLabels.');
  }
  if (classLabels.shape.join() !== String(count)) {
    throw wrong(`classLabels must have shape [${count}], got ${showType(classLabels)}.`);
  }
}

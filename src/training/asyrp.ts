import { ToolkitError } from '../core/errors.js';
import { floats, type HostArray, int64s, type Shape } from '../core/host-array.js';
import type { Level, Precondition } from '../diffusion/index.js';
import {
  abs,
  add,
  constant,
  grad,
  input,
  logSoftmax,
  mean,
  mul,
  neg,
  optimize,
  reshape,
  slice,
  softplus,
  square,
  sub,
  type Tensor,
} from '../graph/index.js';
import {
  bindParams,
  type Classifier,
  type DeltaNet,
  editTaps,
  type ParamValues,
  paramEntries,
  recordTaps,
  type UNet2d,
} from '../nn/index.js';
import type { Executable, Feeds, Runtime } from '../runtime/index.js';
import type { Objective } from './update.js';

/** Who says whether a clean picture has the attribute: one output of a classifier. */
export interface AttributeJudge {
  readonly network: Classifier;
  readonly values: ParamValues;
  /** Which output: the attribute's. */
  readonly output: number;
}

export interface AsyrpOptions {
  /** The model that is edited; it does not change. */
  readonly network: UNet2d;
  readonly values: ParamValues;
  /** Whether class labels are fed. */
  readonly conditional: boolean;
  /** What is trained: the change of what passes the tap. */
  readonly delta: DeltaNet;
  readonly tap: string;
  readonly batch: number;
  /** [C, H, W] of one picture. */
  readonly picture: Shape;
  /** Null where pairs alone say what is wanted. */
  readonly judge: AttributeJudge | null;
  /** Weight of −log p(attribute | P̃). */
  readonly attribute: number;
  /** Weight λ of |P̃ − P|₁, the mean over a picture. */
  readonly keep: number;
  /** Weight of the squared error against the same figure with the attribute, fed as `target`; 0 feeds none. */
  readonly pairs: number;
}

/**
 * The loss of Asyrp for one attribute, per sample:
 *
 *   P = c_skip·x + c_out·F(c_in·x; h),    P̃ = c_skip·x + c_out·F(c_in·x; h + f(h, t))
 *   loss = w·(−log p(attribute | P̃)) + λ·mean|P̃ − P| + v·mean(P̃ − x₀⁺)²
 *
 * Kwon et al. 2023, arXiv:2210.10960, Equation 7, whose first term is a direction in CLIP's space; here it is a
 * classifier trained with Langevin, or, where the data has the same figure x₀⁺ with the attribute, the third term. Inputs
 * `x`, `t`, `c_in`, `c_skip`, `c_out`, `class_labels` where conditional and `target` where pairs count; see `asyrpFeeds`.
 */
export function asyrpObjective(options: AsyrpOptions): Objective {
  const { delta, judge, attribute, keep, pairs, batch, picture } = options;
  if (!(judge && attribute > 0) && pairs === 0) {
    throw new ToolkitError(
      'bad-option',
      'asyrpObjective: nothing says what is wanted. Give a judge and a weight for attribute, or a weight for pairs.',
    );
  }
  return {
    parameters: new Map(paramEntries(delta.params).map(([path, { shape }]) => [path, shape])),
    losses(parameter) {
      const { clean, edited } = predictions(options, parameter);
      const terms: Tensor[] = [];
      if (judge && attribute > 0) terms.push(mul(unlikely(judge, edited), attribute));
      if (keep > 0) terms.push(mul(mean(abs(sub(edited, clean)), { axes: [1, 2, 3] }), keep));
      if (pairs > 0) {
        const wanted = input('target', [batch, ...picture]);
        terms.push(mul(mean(square(sub(edited, wanted)), { axes: [1, 2, 3] }), pairs));
      }
      return terms.reduce((sum, term) => add(sum, term));
    },
  };
}

/** P and P̃ of the model as it is, the delta network's parameters being whatever is given. */
function predictions(
  { network, values, conditional, delta, tap, batch, picture }: Omit<AsyrpOptions, 'judge'>,
  parameter: (name: string) => Tensor,
): { readonly x: Tensor; readonly clean: Tensor; readonly edited: Tensor } {
  const params = bindParams(network.params, (path) => constant(values.get(path)!));
  const x = input('x', [batch, ...picture]);
  const [cIn, cSkip, cOut] = ['c_in', 'c_skip', 'c_out'].map((name) =>
    reshape(input(name, [batch]), { shape: [batch, 1, 1, 1] }),
  ) as [Tensor, Tensor, Tensor];
  const labels = conditional ? { classLabels: input('class_labels', [batch], 'int64') } : {};
  const inputs = { sample: mul(x, cIn), timestep: input('t', [batch]), ...labels };
  const { context, taps } = recordTaps();
  const raw = network.apply(params, inputs, context);
  const h = taps.get(tap);
  const time = taps.get('time_embedding');
  if (!h || !time) throw new ToolkitError('no-tap', `asyrp: the network has no tap "${tap}".`);
  const own = bindParams(delta.params, (path) => parameter(path));
  const moved = add(h, delta.apply(own, h, time));
  const shifted = network.apply(params, inputs, editTaps({ [tap]: () => moved }));
  const cleaned = (out: Tensor): Tensor => add(mul(x, cSkip), mul(out, cOut));
  return { x, clean: cleaned(raw), edited: cleaned(shifted) };
}

/** −log p(attribute | x), by a sigmoid where outputs are attributes and by a softmax where they are classes. */
function unlikely({ network, values, output }: AttributeJudge, x: Tensor): Tensor {
  const { num_classes: outputs, noise_conditional: noisy, target } = network.config;
  if (!(Number.isInteger(output) && output >= 0 && output < outputs)) {
    throw new ToolkitError('bad-option', `asyrp: the judge has outputs 0 to ${outputs - 1}, asked for ${output}.`);
  }
  const params = bindParams(network.params, (path) => constant(values.get(path)!));
  const count = x.shape[0]!;
  const timestep = noisy ? constant(floats([count])) : undefined; // P̃ is clean: level 0
  const { logits } = network.apply(params, { sample: x, timestep });
  const own = (scores: Tensor): Tensor =>
    reshape(slice(scores, { axes: [1], starts: [output], ends: [output + 1] }), { shape: [count] });
  return target === 'attributes' ? softplus(neg(own(logits))) : neg(own(logSoftmax(logits)));
}

export interface AsyrpFeedsOptions {
  /** Noisy pictures [B, C, H, W]. */
  readonly x: HostArray<'float32'>;
  /** The level of each picture. */
  readonly levels: readonly Level[];
  readonly precondition: Precondition;
  /** One label a picture; null for an unconditional model. */
  readonly labels: readonly number[] | null;
  /** The same figures with the attribute, where pairs count. */
  readonly target?: HostArray<'float32'>;
}

/** What one run of the loss, or of a step of the path, is fed. */
export function asyrpFeeds({ x, levels, precondition, labels, target }: AsyrpFeedsOptions): Feeds {
  const told = levels.map(precondition);
  const column = (of: (one: (typeof told)[number]) => number) =>
    floats(
      [levels.length],
      Float32Array.from(told, (one) => of(one)),
    );
  return {
    x,
    t: column(({ cNoise }) => cNoise),
    c_in: column(({ cIn }) => cIn),
    c_skip: column(({ cSkip }) => cSkip),
    c_out: column(({ cOut }) => cOut),
    ...(labels && { class_labels: int64s([levels.length], labels) }),
    ...(target && { target }),
  };
}

/** A step of the path that training follows. */
export interface AsyrpStep extends Omit<AsyrpFeedsOptions, 'levels' | 'target'> {
  readonly from: Level;
  readonly to: Level;
  /** The delta network as it is now. */
  readonly parameters: ParamValues;
}

export interface AsyrpPath extends Disposable {
  /** x′ = α′·P̃ + σ′·(x − α·P)/σ. */
  next(step: AsyrpStep): Promise<HostArray<'float32'>>;
}

/**
 * The asymmetric reverse process while the function is being trained: where its own edits lead, it is trained next.
 * Kwon et al. 2023, arXiv:2210.10960, Algorithm 1: deterministic steps, no gradient from one to the next.
 */
export async function asyrpPath({
  runtime,
  ...options
}: Omit<AsyrpOptions, 'judge' | 'attribute' | 'keep' | 'pairs'> & { readonly runtime: Runtime }): Promise<AsyrpPath> {
  const parameter = new Map(
    paramEntries(options.delta.params).map(([path, { shape }]) => [path, input(`param/${path}`, shape)]),
  );
  const told = { ...options, attribute: 0, keep: 0, pairs: 0 };
  const { x, clean, edited } = predictions(told, (name) => parameter.get(name)!);
  const [now, before, after] = ['now', 'clean', 'edited'].map((name) => input(`weight.${name}`, [])) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const landed = add(mul(x, now), add(mul(clean, before), mul(edited, after)));
  const executable: Executable = await runtime.compile(optimize({ outputs: { landed } }));
  return {
    async next({ from, to, parameters, ...rest }) {
      const r = to.sigma / from.sigma;
      const results = await executable.run({
        ...asyrpFeeds({ ...rest, levels: Array.from({ length: options.batch }, () => from) }),
        ...Object.fromEntries([...parameters].map(([name, value]) => [`param/${name}`, value])),
        'weight.now': floats([], [r]),
        'weight.clean': floats([], [-from.alpha * r]),
        'weight.edited': floats([], [to.alpha]),
      });
      return results['landed'] as HostArray<'float32'>;
    },
    [Symbol.dispose]: () => executable.close(),
  };
}

/** Gradients of the mean loss in every parameter, as graph: for those who train with steps of their own, and for tests. */
export function asyrpGradients(options: AsyrpOptions) {
  const objective = asyrpObjective(options);
  const parameters = new Map(
    [...objective.parameters].map(([name, shape]) => [name, input(`param/${name}`, shape)] as const),
  );
  const loss = mean(objective.losses((name) => parameters.get(name)!));
  const gradients = grad(loss, [...parameters.values()]);
  const named = Object.fromEntries([...parameters.keys()].map((name, i) => [`grad/${name}`, gradients[i]!]));
  return optimize({ outputs: { loss, ...named } });
}

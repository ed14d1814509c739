import { floats, type HostArray, int64s, sizeOf } from '../core/host-array.js';
import { add, grad, input, mul, optimize, sum } from '../graph/index.js';
import { editTaps, type UNet2d } from '../nn/index.js';
import type { Runtime } from '../runtime/index.js';
import type { JacobianProducts } from '../sampling/index.js';
import { networkInputs } from './batch-run.js';
import { bottleneck, hspace } from './hspace.js';
import type { DiffusionModel } from './model.js';
import { isConditional } from './network.js';

export interface HspaceJacobianOptions {
  readonly model: Pick<DiffusionModel, 'config' | 'network' | 'values'>;
  readonly runtime: Runtime;
  readonly tap?: string;
  /** One noisy picture [1, C, H, W], scaled as the network takes it. */
  readonly x: HostArray<'float32'>;
  readonly cNoise: number;
  /** Its label; null for an unconditional model. */
  readonly label: number | null;
}

/** The products and what they hold open. */
export interface HspaceJacobian extends JacobianProducts, Disposable {}

/**
 * Products with J = ∂F/∂h, how the network's output answers to what passes a tap, at one picture and one time:
 *
 *   Jᵀ·u = ∂(F·u)/∂h,     J·v = ∂((Jᵀ·u)·v)/∂u
 *
 * The second is reverse mode twice, so that every op needs one rule alone (Griewank & Walther 2008, Section 3.2). For the
 * direction method `jacobian`: Park et al. 2023, arXiv:2307.12868, Section 3.2.
 */
export async function hspaceJacobian(options: HspaceJacobianOptions): Promise<HspaceJacobian> {
  const { model, runtime, tap = bottleneck, x, cNoise, label } = options;
  const shape = shapeOf(options, tap);
  const network = model.network as UNet2d;
  const { params, inputs } = networkInputs({ ...model, network }, 1);
  const delta = input('delta', [1, ...shape]); // zero: J is taken at h itself
  const out = network.apply(params, inputs, editTaps({ [tap]: (h) => add(h, delta) }));
  const [u, v] = [input('u', out.shape), input('v', delta.shape)];
  const [back] = grad(sum(mul(out, u)), [delta]);
  const [forth] = grad(sum(mul(back!, v)), [u]); // linear in u, which leaves the graph
  const constants = Object.fromEntries(model.values);
  const [transposed, applied] = await Promise.all([
    runtime.compile(optimize({ outputs: { back: back! } }), { constants }),
    runtime.compile(optimize({ outputs: { forth: forth! } }), { constants }),
  ]);
  const at = {
    x,
    t: floats([1], [cNoise]),
    delta: floats([1, ...shape]),
    ...(isConditional(model) && { class_labels: int64s([1], [label ?? 0]) }),
  };
  const size = sizeOf(shape);
  return {
    size,
    async apply(direction) {
      const feeds = { ...at, v: floats([1, ...shape], Float32Array.from(direction)) };
      return Float64Array.from((await applied.run(feeds))['forth']!.data as Float32Array);
    },
    async transpose(cotangent) {
      const feeds = { ...at, u: floats(out.shape, Float32Array.from(cotangent)) };
      return Float64Array.from((await transposed.run(feeds))['back']!.data as Float32Array);
    },
    [Symbol.dispose]() {
      transposed.close();
      applied.close();
    },
  };
}

function shapeOf({ model, runtime }: HspaceJacobianOptions, tap: string) {
  using open = hspace({ model, runtime, batch: 1, tap });
  return open.shape;
}

import { type Shape, sizeOf } from '../core/host-array.js';
import { gaussians, type Key, uniforms } from '../core/random.js';

/** The first value of a parameter of some shape, drawn from its own key. */
export type Initializer = (key: Key, shape: Shape) => Float32Array;

export const zeros: Initializer = (_, shape) => new Float32Array(sizeOf(shape));
export const ones: Initializer = (_, shape) => new Float32Array(sizeOf(shape)).fill(1);

/** Uniform in [−bound, bound). */
export const uniformWithin =
  (bound: number): Initializer =>
  (key, shape) =>
    Float32Array.from(uniforms(key, sizeOf(shape)), (u) => (2 * u - 1) * bound);

/** Gaussian of the given standard deviation. */
export const normal =
  (deviation = 1): Initializer =>
  (key, shape) =>
    gaussians(key, sizeOf(shape)).map((z) => z * deviation);

/**
 * PyTorch's default for the weight and the bias of linear and convolution layers: uniform in ±1/√fanIn.
 * It is He initialisation, bound √(6 / ((1 + a²)·fanIn)), with a = √5. He et al. 2015 (arXiv:1502.01852), Section 2.2.
 */
export const kaiming = (fanIn: number): Initializer => uniformWithin(1 / Math.sqrt(fanIn));

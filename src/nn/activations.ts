import { defineRegistry } from '../core/registry.js';
import { gelu, mul, relu, silu, softplus, type Tensor, tanh } from '../graph/index.js';

export type Activation = (x: Tensor) => Tensor;

/** x·tanh(softplus x). Misra 2019 (arXiv:1908.08681). */
export const mish: Activation = (x) => mul(x, tanh(softplus(x)));

/** Element-wise activations by the names that diffusers configs use. */
export const activations = defineRegistry('activation', {
  gelu: (x: Tensor) => gelu(x),
  mish,
  relu: (x: Tensor) => relu(x),
  silu: (x: Tensor) => silu(x),
  swish: (x: Tensor) => silu(x),
});

export type ActivationName = keyof typeof activations.entries;

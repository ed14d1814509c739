import { defineRegistry } from '../../core/registry.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { averagePool } from './average-pool.js';
import { cast } from './cast.js';
import { clamp } from './clamp.js';
import { concat } from './concat.js';
import { convTranspose2d } from './conv-transpose2d.js';
import { convWeightGrad } from './conv-weight-grad.js';
import { conv2d } from './conv2d.js';
import { cos } from './cos.js';
import { div } from './div.js';
import { equal } from './equal.js';
import { erf } from './erf.js';
import { exp } from './exp.js';
import { expand } from './expand.js';
import { gather } from './gather.js';
import { gelu } from './gelu.js';
import { greater } from './greater.js';
import { groupNorm } from './group-norm.js';
import { leakyRelu } from './leaky-relu.js';
import { less } from './less.js';
import { log } from './log.js';
import { logSoftmax } from './log-softmax.js';
import { matmul } from './matmul.js';
import { max } from './max.js';
import { maximum } from './maximum.js';
import { mean } from './mean.js';
import { minimum } from './minimum.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { normalize } from './normalize.js';
import { pad } from './pad.js';
import { relu } from './relu.js';
import { reshape } from './reshape.js';
import { scatterRows } from './scatter-rows.js';
import { sigmoid } from './sigmoid.js';
import { sign } from './sign.js';
import { silu } from './silu.js';
import { sin } from './sin.js';
import { slice } from './slice.js';
import { softmax } from './softmax.js';
import { softplus } from './softplus.js';
import { sqrt } from './sqrt.js';
import { square } from './square.js';
import { sub } from './sub.js';
import { sum } from './sum.js';
import { sumSquares } from './sum-squares.js';
import { tanh } from './tanh.js';
import { transpose } from './transpose.js';
import { upsampleNearest } from './upsample-nearest.js';
import { where } from './where.js';

/** Every op by name. The conformance suite examines each entry. */
export const ops = defineRegistry('op', {
  abs,
  add,
  averagePool,
  cast,
  clamp,
  concat,
  convTranspose2d,
  convWeightGrad,
  conv2d,
  cos,
  div,
  equal,
  erf,
  exp,
  expand,
  gather,
  gelu,
  greater,
  groupNorm,
  leakyRelu,
  less,
  logSoftmax,
  log,
  matmul,
  max,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  normalize,
  pad,
  relu,
  reshape,
  scatterRows,
  sigmoid,
  sign,
  silu,
  sin,
  slice,
  softmax,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  sumSquares,
  tanh,
  transpose,
  upsampleNearest,
  where,
});

/** What derivative rules receive: all ops, typed. */
export type Ops = typeof ops.entries;
export {
  abs,
  add,
  averagePool,
  cast,
  clamp,
  concat,
  conv2d,
  convTranspose2d,
  convWeightGrad,
  cos,
  div,
  equal,
  erf,
  exp,
  expand,
  gather,
  gelu,
  greater,
  groupNorm,
  leakyRelu,
  less,
  log,
  logSoftmax,
  matmul,
  max,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  normalize,
  pad,
  relu,
  reshape,
  scatterRows,
  sigmoid,
  sign,
  silu,
  sin,
  slice,
  softmax,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  sumSquares,
  tanh,
  transpose,
  upsampleNearest,
  where,
};

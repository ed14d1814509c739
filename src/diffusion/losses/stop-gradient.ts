import { defineOp, type Op } from '../../graph/index.js';

/** The same numbers, but what was trained to make them is not told of it: its derivative counts as zero. */
export const stopGradient: Op = defineOp({
  name: 'stopGradient',
  infer: ([x]) => x!,
  evaluate: ([x]) => x!.data.slice(),
  vjp: () => [null],
  onnx: 'Identity',
  samples: [],
});

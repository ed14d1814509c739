import { choice, number } from '../../core/options.js';
import { rowDeviations, scaleRows } from '../../core/rowwise.js';
import { convert, predictions, x0 } from '../../diffusion/processes/predictions.js';
import { defineGuidance } from '../guidance.js';

/**
 * Rescaled guidance: brings the contrast of guided pictures back to that of the conditional ones, sample by sample.
 *
 *   u′ = φ·u_g·std(u_c)/std(u_g) + (1 − φ)·u_g,   u the prediction of the network, v unless told
 *
 * Lin et al. 2023, arXiv:2305.08891, Equations 15–16, where it belongs to a schedule that ends in pure noise. Use it when
 * strong guidance saturates; 0 changes nothing, 0.7 is the value of the paper. It corrects what other guidance has made:
 * `guided` is that, `conditional` the denoiser whose contrast is right.
 *
 * @example
 * import { batchSpace, floats } from 'langevin/core';
 * import { rescale } from 'langevin/sampling';
 * const says = (...values) => async (x) => floats(x.shape, values);
 * const at = { guided: says(-3, 3), conditional: says(-1, 1), space: batchSpace() };
 * const milder = rescale({ ...at, factor: 0.5, prediction: 'x0' });
 * (await milder(floats([1, 2]), { alpha: 0.6, sigma: 0.8 })).data; // → Float32Array.of(-2, 2)
 */
export const rescale = defineGuidance({
  name: 'rescale',
  changes: 'denoiser',
  asks: ['guided', 'conditional'],
  options: {
    factor: number({
      default: 0.7,
      min: 0,
      max: 1,
      help: 'φ: 0 leaves guided pictures alone, 1 takes all contrast back.',
    }),
    prediction: choice(['v', 'x0', 'epsilon', 'flow'], {
      default: 'v',
      help: 'The quantity whose spread is brought back; diffusers takes what the network says.',
    }),
  },
  neutral: { options: { factor: 0 }, equals: 'guided' },
  evaluations: 2,
  usage: '--class NAMES --guidance 5 --guidance-rescale 0.7',
  async guide({ x, level, guided, conditional, space }, { factor, prediction }) {
    const [g, c] = await Promise.all([guided(x, level), conditional(x, level)]);
    const kind = predictions.entries[prediction];
    const said = convert({ from: x0, to: kind, level });
    const [guidedSaid, plainSaid] = [
      space.lincomb([said.x, x], [said.raw, g]),
      space.lincomb([said.x, x], [said.raw, c]),
    ];
    const [spread, wanted] = [rowDeviations('rescale', guidedSaid), rowDeviations('rescale', plainSaid)];
    const ratios = spread.map((s, row) => (s === 0 ? 1 : factor * (wanted[row]! / s) + 1 - factor));
    const back = convert({ from: kind, to: x0, level });
    return space.lincomb([back.x, x], [back.raw, scaleRows('rescale', guidedSaid, ratios)]);
  },
});

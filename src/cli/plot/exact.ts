import { floats, type HostArray } from '../../core/host-array.js';
import { type Level, type Mixture, mixture } from '../../diffusion/index.js';

/** The denoiser of a mixture for every row of [N, D]. */
export const mixtureDenoiser =
  ({ dimension, denoise }: Mixture) =>
  async (x: HostArray<'float32'>, level: Level): Promise<HostArray<'float32'>> => {
    const out = new Float32Array(x.data.length);
    for (let at = 0; at < out.length; at += dimension) {
      out.set(denoise(x.data.subarray(at, at + dimension), level), at);
    }
    return floats(x.shape, out);
  };

/** Three bells on a line: what `1d` stands for. */
export const lineMixture = (): Mixture =>
  mixture([
    { weight: 0.45, mean: [-0.75], sd: 0.08 },
    { weight: 0.2, mean: [0.1], sd: 0.08 },
    { weight: 0.35, mean: [0.7], sd: 0.08 },
  ]);

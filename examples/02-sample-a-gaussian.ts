/** Sampling without a network: for data ~ N(2, 0.5²) the best denoiser is a formula, so the samples can be checked. */
import { batchSpace, floats, key } from 'langevin/core';
import { cosine, grid } from 'langevin/diffusion';
import { type Denoiser, ddim, sample, startingNoise, trailing } from 'langevin/sampling';

const [mean, deviation] = [2, 0.5];
const space = batchSpace();
type Batch = ReturnType<typeof floats>;

// x = α·clean + σ·noise has mean α·m and variance α²s² + σ², hence
// E[clean | x] = m + α·s²·(x − α·m) / (α²s² + σ²).
const denoise: Denoiser<Batch> = async (x, { alpha, sigma }) => {
  const gain = (alpha * deviation ** 2) / ((alpha * deviation) ** 2 + sigma ** 2);
  return space.map(x, (value) => mean + gain * (value - alpha * mean));
};

const training = grid({ schedule: cosine(), count: 1000 });
for (const count of [2, 5, 20, 100]) {
  const steps = trailing().levels({ count, grid: training });
  const start = startingNoise({ steps, like: floats([1000, 4]), space, key: key(0) });
  const drawn = await sample({ denoise, sampler: ddim(), steps, start, space, key: key(0) });
  const average = drawn.data.reduce((sum, value) => sum + value, 0) / drawn.data.length;
  const spread = Math.sqrt(drawn.data.reduce((sum, value) => sum + (value - average) ** 2, 0) / drawn.data.length);
  console.log(`${count} steps: mean ${average.toFixed(3)} (${mean}), deviation ${spread.toFixed(3)} (${deviation})`);
}

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { floats } from '../../../core/host-array.js';
import { key } from '../../../core/random.js';
import { batchSpace } from '../../../core/space.js';
import { cosine, grid, type Level } from '../../../diffusion/index.js';
import type { Steps } from '../../intervals.js';
import type { Sampler } from '../../sampler.js';
import { ddim, ddpm, heun } from '../../samplers/index.js';
import { karrasSteps } from '../../steps/karras.js';
import { trailing } from '../../steps/trailing.js';
import type { Batch } from '../batch.js';
import type { Edit } from '../edit.js';
import { inpaintByBlending, inpaintByGradient, repaint } from '../edits/index.js';

/**
 * Data in the plane: two numbers of unit variance with correlation ρ, of which the first is known to be 1. Then the second
 * is N(ρ, 1 − ρ²), and D(x) = α·Σ·(α²·Σ + σ²·I)⁻¹·x is a symmetric 2 × 2 matrix times x, as is its derivative.
 */
const rho = 0.9;
const exact = { mean: rho, sd: Math.sqrt(1 - rho ** 2) };
const walks = 2000;
const space = batchSpace();
const training = grid({ schedule: cosine() });
const fine = karrasSteps({ count: 40, sigmaMin: 0.02, sigmaMax: 20 });
const chain = (count: number): Steps => trailing().levels({ count, grid: training });

const apply = (x: Batch, { alpha, sigma }: Level): Batch => {
  const [a, b] = [1 + rho, 1 - rho].map((v) => (alpha * v) / (alpha ** 2 * v + sigma ** 2)) as [number, number];
  const [p, q] = [(a + b) / 2, (a - b) / 2];
  const out = floats(x.shape);
  for (let i = 0; i < out.data.length; i += 2) {
    const [u, v] = [x.data[i]!, x.data[i + 1]!];
    out.data[i] = p * u + q * v;
    out.data[i + 1] = q * u + p * v;
  }
  return out;
};

/** Pairs one after the other: a row each where steps are measured by rows, and else one row, which draws faster. */
const pattern = (first: number, second: number, rows: number): Batch =>
  floats(
    [rows, (2 * walks) / rows],
    Float32Array.from({ length: 2 * walks }, (_, i) => (i % 2 === 0 ? first : second)),
  );

interface Way {
  readonly sampler: Sampler;
  readonly steps: Steps;
  readonly rows?: number;
}

/** Mean and spread of the unknown number, and how often the denoiser was asked. */
async function ends(edit: Edit, { sampler, steps, rows = 1 }: Way) {
  let calls = 0;
  const denoise = async (x: Batch, level: Level): Promise<Batch> => {
    calls += 1;
    return apply(x, level);
  };
  const pullback = async (_: Batch, level: Level, v: Batch): Promise<Batch> => apply(v, level);
  const frames = edit.run({
    ...{ denoise, pullback, sampler, steps, space, key: key(3), grid: training },
    ...{ source: pattern(1, 0, rows), mask: pattern(0, 1, rows) },
  });
  for (;;) {
    const { done, value } = await frames.next();
    if (!done) continue;
    const found = value.data.filter((_, i) => i % 2 === 1);
    assert.ok(
      value.data.every((known, i) => i % 2 === 1 || known === 1),
      'the known number came back changed',
    );
    const mean = found.reduce((sum, y) => sum + y / walks, 0);
    const sd = Math.sqrt(found.reduce((sum, y) => sum + (y - mean) ** 2 / walks, 0));
    return { mean, sd, calls };
  }
}

const shown = ({ mean, sd }: { readonly mean: number; readonly sd: number }): string =>
  `mean ${mean.toFixed(3)} of ${exact.mean}, spread ${sd.toFixed(3)} of ${exact.sd.toFixed(3)}`;

/** Standard errors of the mean and of the spread of independent walks. */
const errors = { mean: exact.sd / Math.sqrt(walks), sd: exact.sd / Math.sqrt(2 * walks) };

suite('inpainting a number of two that belong together', () => {
  test('repaint equals the exact conditional in the limit of many resamples, at the cost it said', async () => {
    const edit = repaint({ jump: 1, resamples: 60 });
    const way = { sampler: heun(), steps: fine };
    const found = await ends(edit, way);
    assert.ok(Math.abs(found.mean - exact.mean) < 3 * errors.mean, shown(found));
    assert.ok(Math.abs(found.sd - exact.sd) < 3 * errors.sd, shown(found));
    assert.equal(found.calls, edit.cost(way).evaluations);
    assert.equal(found.calls, 4681); // 2·(40 + 59·39) − 1
  });

  test('and comes closer with every further one', async () => {
    const off = async (resamples: number): Promise<number> =>
      Math.abs((await ends(repaint({ jump: 1, resamples }), { sampler: ddim(), steps: chain(50) })).mean - exact.mean);
    const found = [await off(1), await off(3), await off(9), await off(27)];
    for (let i = 1; i < found.length; i++) assert.ok(found[i]! < 0.7 * found[i - 1]!, found.join(', '));
  });

  test('blending alone does not: half of the way is missing, at any number of steps and in both forms', async () => {
    for (const way of [
      { sampler: ddim(), steps: chain(50) },
      { sampler: ddim(), steps: chain(250) },
      { sampler: heun(), steps: fine },
    ]) {
      for (const form of ['landing', 'denoiser'] as const) {
        const found = await ends(inpaintByBlending({ form }), way);
        assert.ok(found.mean > 0.4 && found.mean < 0.5, shown(found));
        assert.ok(found.sd > 1.4 * exact.sd, shown(found));
      }
    }
    // fresh noise in the sampler itself takes back a part of it
    const found = await ends(inpaintByBlending(), { sampler: ddpm(), steps: chain(100) });
    assert.ok(found.mean > 0.55 && found.mean < 0.7, shown(found));
  });

  test('dps is drawn too far and ends too narrow', async () => {
    const found = await ends(inpaintByGradient({ scale: 0.5 }), { sampler: ddpm(), steps: chain(100), rows: walks });
    assert.ok(found.mean > exact.mean + 5 * errors.mean && found.mean < exact.mean + 0.15, shown(found));
    assert.ok(found.sd > 0.75 * exact.sd && found.sd < exact.sd - 5 * errors.sd, shown(found));
  });

  test('dps with a short step hardly hears of the known number', async () => {
    const found = await ends(inpaintByGradient({ scale: 0.02 }), { sampler: ddpm(), steps: chain(20), rows: walks });
    assert.ok(Math.abs(found.mean) < 0.15 && found.sd > 0.8, shown(found));
  });

  test('pseudo-inverse guidance as published is drawn as far as dps, and needs no step size', async () => {
    const found = await ends(inpaintByGradient({ rule: 'pigdm' }), { sampler: ddpm(), steps: chain(100) });
    assert.ok(found.mean > exact.mean + 5 * errors.mean && found.mean < exact.mean + 0.15, shown(found));
    assert.ok(found.sd > 0.75 * exact.sd && found.sd < exact.sd - 5 * errors.sd, shown(found));
    const harder = await ends(inpaintByGradient({ rule: 'pigdm', scale: 2 }), { sampler: ddpm(), steps: chain(100) });
    assert.ok(Math.abs(harder.mean - found.mean) < 0.03, `${shown(found)}; twice as hard ${shown(harder)}`);
  });

  test('the null space alone is blending without noise, and as far off', async () => {
    const found = await ends(inpaintByGradient({ rule: 'ddnm' }), { sampler: ddim(), steps: chain(100) });
    assert.ok(found.mean > 0.4 && found.mean < 0.5, shown(found));
  });
});

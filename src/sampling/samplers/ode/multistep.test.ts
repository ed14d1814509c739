import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gaussianData, numbers } from '../../../../test/numbers.js';
import { key } from '../../../core/random.js';
import { between, cosine, halfLogSnr, type Level } from '../../../diffusion/index.js';
import type { Steps } from '../../intervals.js';
import { exponentialWeights } from '../../rules/exponential-weights.js';
import { integrate, lagrange } from '../../rules/quadrature.js';
import type { Sampler, Step } from '../../sampler.js';
import { karrasSteps } from '../../steps/karras.js';
import { sample } from '../../trajectory.js';
import { deis, dpmpp2m, euler, ipndm, pndm, unipc } from '../index.js';

const { denoise, exact } = gaussianData(0.5);

/** Levels evenly in time, from much to little noise. */
const along = (count: number): Level[] =>
  Array.from({ length: count }, (_, i) => cosine().level(0.95 - (0.9 * i) / (count - 1)));

const walk = (sampler: Sampler, steps: Steps = along(12), start = 0.9): Promise<number> =>
  sample({ denoise, sampler, steps, start, space: numbers, key: key(1) });

/** Order of convergence with the sampler's own first steps, or with exact ones. */
async function orderOf(sampler: Sampler, { started = false, count = 257 } = {}): Promise<number> {
  const step = async <X>(at: Step<X>) => {
    if (!started || at.index >= sampler.memory) return sampler.step(at);
    return { x: exact(at.x as number, at.from, at.to) as X, denoised: await at.denoise(at.x, at.from) };
  };
  const errors = await Promise.all(
    [count, 2 * count - 1].map(async (levels) => {
      const path = along(levels);
      return Math.abs((await walk({ ...sampler, step }, path)) - exact(0.9, path[0]!, path.at(-1)!));
    }),
  );
  return Math.log2(errors[0]! / errors[1]!);
}

const near = (got: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(got - expected) < tolerance, `${got} against ${expected}`);

suite('quadrature', () => {
  test('is exact for polynomials of degree 31', () => {
    near(
      integrate((u) => u ** 30, { from: -1, to: 1 }),
      2 / 31,
      1e-15,
    );
    near(
      integrate((u) => u ** 31 + 1, { from: 0, to: 1 }),
      1 / 32 + 1,
      1e-14,
    );
  });

  test('Lagrange polynomials are 1 at their node, 0 at the others, and add up to 1', () => {
    const nodes = [0.3, 1.1, 2];
    for (const [i, node] of nodes.entries()) {
      for (const j of nodes.keys()) assert.equal(Math.abs(lagrange(nodes, j, node)), i === j ? 1 : 0);
    }
    near(
      nodes.reduce((sum, _, i) => sum + lagrange(nodes, i, 5), 0),
      1,
      1e-12,
    );
  });

  test('exponential weights are the integrals in closed form', () => {
    const [a, b, c] = [8, 2, 1].map((sigma) => ({ alpha: 1, sigma })) as [Level, Level, Level];
    const h = Math.log(2);
    for (const rate of [1, -1, 2.5]) {
      const e = Math.exp(-rate * h);
      const whole = (1 - e) / rate; // ∫ e^{κ(u − λ′)} du
      const moment = h / rate - (1 - e) / rate ** 2 - 0; // ∫ e^{κ(u − λ′)}·(u − λ) du
      const slope = moment / Math.log(4); // the earlier level is ln 4 behind
      const [now, before] = exponentialWeights({ from: b, to: c, nodes: [b, a], rate }) as [number, number];
      near(now, whole + slope, 1e-13);
      near(before, -slope, 1e-13);
    }
  });

  test('long intervals do not lose digits', () => {
    const [from, to] = [1e4, 1e-4].map((sigma) => ({ alpha: 1, sigma })) as [Level, Level];
    for (const rate of [1, 3, -1]) {
      const [w] = exponentialWeights({ from, to, nodes: [from], rate }) as [number];
      const expected = -Math.expm1(-rate * Math.log(1e8)) / rate;
      near(w / expected, 1, 1e-10);
    }
  });
});

suite('ipndm', () => {
  test('one term is Euler', async () => near(await walk(ipndm({ terms: 1 })), await walk(euler()), 1e-14));

  test('the fourth step has the weights of the paper', async () => {
    const levels = along(5);
    const seen: [number, number, Level][] = []; // x, D and level of every step
    const spy = async (x: number, level: Level) => {
      const denoised = await denoise(x, level);
      seen.push([x, denoised, level]);
      return denoised;
    };
    const end = await sample({
      denoise: spy,
      sampler: ipndm(),
      steps: levels,
      start: 0.9,
      space: numbers,
      key: key(1),
    });
    const [n3, n2, n1, n0] = seen.map(([x, d, { alpha, sigma }]) => (x - alpha * d) / sigma) as [
      number,
      number,
      number,
      number,
    ];
    const mean = (55 * n0 - 59 * n1 + 37 * n2 - 9 * n3) / 24;
    const [[x, , from], to] = [seen[3]!, levels[4]!];
    near(end, (to.alpha / from.alpha) * (x - from.sigma * mean) + to.sigma * mean, 1e-13);
  });

  test('order two with its own start, and a smaller error for more terms', async () => {
    for (const terms of [2, 4]) near(await orderOf(ipndm({ terms }), { count: 257 }), 2, 0.2);
    const path = along(41);
    const error = async (terms: number) =>
      Math.abs((await walk(ipndm({ terms }), path)) - exact(0.9, path[0]!, path[40]!));
    assert.ok((await error(4)) < (await error(2)) / 5);
  });

  test('pure noise: with the clean value, or without as diffusers has it', async () => {
    const steps = [
      { alpha: 0, sigma: 1 },
      { alpha: 0.6, sigma: 0.8 },
    ];
    const end = (pureNoise: 'denoised' | 'zero') =>
      sample({ denoise: async () => 2, sampler: ipndm({ pureNoise }), steps, start: 0.5, space: numbers, key: key(1) });
    near(await end('denoised'), 0.8 * 0.5 + 0.6 * 2, 1e-15);
    near(await end('zero'), 0.8 * 0.5, 1e-15);
  });
});

suite('pndm', () => {
  const calls = async (sampler: Sampler, count = 9): Promise<readonly Level[]> => {
    const asked: Level[] = [];
    const spy = (x: number, level: Level) => {
      asked.push(level);
      return denoise(x, level);
    };
    await sample({ denoise: spy, sampler, steps: along(count), start: 0.9, space: numbers, key: key(1) });
    return asked;
  };

  test('two evaluations in the first step, or four in each of the first three', async () => {
    assert.equal((await calls(pndm())).length, 8 + 1);
    assert.equal((await calls(pndm({ start: 'runge-kutta' }))).length, 8 + 3 * 3);
    assert.equal((await calls(pndm({ start: 'runge-kutta' }), 2)).length, 4);
  });

  test('half-way is the middle in log-SNR, or where the steps say', async () => {
    const [from, to] = along(2) as [Level, Level];
    const middle = between({ from, to, lambda: (halfLogSnr(from) + halfLogSnr(to)) / 2 });
    assert.deepEqual(await calls(pndm({ start: 'runge-kutta' }), 2), [from, middle, middle, to]);
    const via = [cosine().level(0.5), cosine().level(0.4)];
    const asked: Level[] = [];
    const spy = (x: number, level: Level) => {
      asked.push(level);
      return denoise(x, level);
    };
    const steps = [{ from, to, via }];
    await sample({
      denoise: spy,
      sampler: pndm({ start: 'runge-kutta' }),
      steps,
      start: 1,
      space: numbers,
      key: key(1),
    });
    assert.deepEqual(asked, [from, via[1], via[1], to]);
  });

  test('order two with either start; velocity is of first order', async () => {
    for (const start of ['heun', 'runge-kutta'] as const) near(await orderOf(pndm({ start })), 2, 0.1);
    near(await orderOf(pndm({ slope: 'velocity' })), 1, 0.1);
  });
});

suite('deis', () => {
  test('every polynomial is of the order of its levels, well started', async () => {
    for (const polynomial of ['time', 'rho', 'log-rho'] as const) {
      for (const order of [1, 2, 3]) {
        near(await orderOf(deis({ polynomial, order }), { started: true, count: 513 }), order, 0.3);
      }
    }
  });

  test('of order two with its own start', async () => near(await orderOf(deis({ order: 3 }), { count: 513 }), 2, 0.25));

  test('one level is Euler', async () => near(await walk(deis({ order: 1 })), await walk(euler()), 1e-14));

  test('log-rho has the weights of diffusers in closed form', async () => {
    const sigmas = [4, 2.5, 1.2];
    const x = 3;
    const at = (sigma: number) => ({ alpha: 1, sigma });
    const d0 = await denoise(x, at(4));
    const n0 = (x - d0) / 4;
    const x1 = x + (2.5 - 4) * n0;
    const n1 = (x1 - (await denoise(x1, at(2.5)))) / 2.5;
    // ∫ (ln t − ln c)/(ln b − ln c) dt
    const primitive = (t: number, b: number, c: number) =>
      (t * (Math.log(t) - Math.log(c) - 1)) / (Math.log(b) - Math.log(c));
    const c1 = primitive(1.2, 2.5, 4) - primitive(2.5, 2.5, 4);
    const c0 = primitive(1.2, 4, 2.5) - primitive(2.5, 4, 2.5);
    near(await walk(deis({ order: 2, polynomial: 'log-rho' }), sigmas, x), x1 + c1 * n1 + c0 * n0, 1e-13);
  });

  test('time is that of the linear variance-preserving SDE', async () => {
    // Noise that is a straight line in t is integrated exactly by two levels, whatever they are.
    const rho = (t: number) => Math.sqrt(Math.expm1(0.1 * t + 9.95 * t ** 2));
    const times = [0.9, 0.7, 0.4];
    const path = times.map((t) => ({ alpha: 1, sigma: rho(t) }));
    const noise = (t: number) => 0.4 + 2 * t;
    const timeOf = (sigma: number) => times[path.findIndex((level) => level.sigma === sigma)]!;
    const straight = async (x: number, { sigma }: Level) => x - sigma * noise(timeOf(sigma));
    const first = 1 + (rho(0.7) - rho(0.9)) * noise(0.9); // Euler's
    const fine = { from: 0.7, to: 0.4, panels: 400 };
    const slope = (t: number) => (rho(t + 1e-6) - rho(t - 1e-6)) / 2e-6;
    const expected = first + integrate((t) => noise(t) * slope(t), fine);
    const end = await sample({
      denoise: straight,
      sampler: deis({ order: 2 }),
      steps: path,
      start: 1,
      space: numbers,
      key: key(1),
    });
    near(end, expected, 1e-6);
  });

  test('lower orders at the end where asked for', async () => {
    const path = along(4);
    assert.notEqual(await walk(deis({ lowerOrderFinal: true }), path), await walk(deis(), path));
    near(await walk(deis({ lowerOrderFinal: true }), along(2)), await walk(euler(), along(2)), 1e-15);
  });
});

suite('unipc', () => {
  test('UniPC-p is of order p + 1, well started', async () => {
    for (const prediction of ['data', 'noise'] as const) {
      for (const solver of ['bh1', 'bh2'] as const) {
        for (const order of [1, 2, 3]) {
          near(await orderOf(unipc({ order, solver, prediction }), { started: true, count: 257 }), order + 1, 0.3);
        }
      }
    }
  });

  test('with its own start p = 2 is of order three, without its corrector of order two', async () => {
    near(await orderOf(unipc()), 3, 0.1);
    near(await orderOf(unipc({ disableCorrector: 'all' })), 2, 0.1);
    near(await orderOf(unipc({ lowerOrderFinal: true })), 2, 0.15);
  });

  test('the predictor of p = 2 with bh2 is DPM-Solver++ (2M), that of p = 1 Euler', async () => {
    near(await walk(unipc({ disableCorrector: 'all' })), await walk(dpmpp2m()), 1e-13);
    near(await walk(unipc({ order: 1, disableCorrector: 'all' })), await walk(euler()), 1e-14);
    const toClean = [...along(8), { alpha: 1, sigma: 0 }];
    near(await walk(unipc({ disableCorrector: 'all' }), toClean), await walk(dpmpp2m(), toClean), 1e-13);
  });

  test('steps are corrected by their number', async () => {
    const all = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].join();
    assert.equal(await walk(unipc({ disableCorrector: all })), await walk(unipc({ disableCorrector: 'all' })));
    assert.notEqual(await walk(unipc({ disableCorrector: '0' })), await walk(unipc()));
    assert.equal(await walk(unipc({ disableCorrector: '10' })), await walk(unipc())); // the last is never corrected
    await assert.rejects(walk(unipc({ disableCorrector: '0,x' })), {
      message: 'unipc: disableCorrector must be numbers of steps joined by commas, or "all", got "0,x".',
    });
  });

  test('from pure noise it begins like a walk from the next level', async () => {
    const path = along(8);
    const pure = { alpha: 0, sigma: 1 };
    const first = await walk(euler(), [pure, path[0]!], 1);
    for (const sampler of [unipc(), unipc({ order: 3, solver: 'bh1', prediction: 'noise' })]) {
      near(await walk(sampler, [pure, ...path], 1), await walk(sampler, path, first), 1e-13);
    }
  });

  test('ends well for steps from σ = 80 to clean data', async () => {
    for (const prediction of ['data', 'noise'] as const) {
      const end = await walk(unipc({ order: 3, prediction }), karrasSteps({ count: 40 }), 60);
      near(end, exact(60, { alpha: 1, sigma: 80 }, { alpha: 1, sigma: 0 }), 1e-3);
    }
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { evaluateGraph } from '../../test/evaluate.js';
import { floats, fold, gaussians, type HostArray, key, uniform } from '../core/index.js';
import { learned } from '../diffusion/index.js';
import { grad, input, mean, mul, type Tensor } from '../graph/index.js';
import { initialise, type Network, param } from '../nn/index.js';
import { referenceRuntime } from '../runtime/reference.js';
import { learnedScheduleObjective, learnedWeights } from './learned-schedule.js';
import { adamw } from './optimizers/index.js';
import { createStepper } from './stepper.js';

/** F(x) = s·x, told nothing of the time. */
const params = { s: param([1], (_, shape) => new Float32Array(shape[0]!)) };
const network = {
  ...{ params, config: {} },
  apply: (p: { readonly s: Tensor }, { sample }: { readonly sample: Tensor }) => mul(sample, p.s),
} as unknown as Network;

const [count, min, max] = [1000, -4, 3];
const objectiveOf = (batch: number, size: number, prediction = 'v') =>
  learnedScheduleObjective({ network, batch, picture: [size], conditional: false, prediction, count, min, max });

/** Unit Gaussian data, unit noise, and times spread over the axis. */
function feeds(batch: number, size: number, seed: number): Record<string, HostArray<'float32'>> {
  const draw = (label: string) => floats([batch, size], gaussians(fold(key(seed), label), batch * size));
  const u = uniform(fold(key(seed), 't'));
  const t = Float32Array.from({ length: batch }, (_, b) => Math.floor(((u + b) / batch) * count));
  return { clean: draw('clean'), noise: draw('noise'), t: floats([batch], t) };
}

suite('a learned schedule', () => {
  test('the network descends L and the schedule L², by differences', async () => {
    const [batch, size] = [3, 4];
    for (const prediction of ['epsilon', 'v', 'x0']) {
      const objective = objectiveOf(batch, size, prediction);
      const values = { s: floats([1], [0.3]), ...Object.fromEntries(objective.initial) };
      const tensors = new Map(Object.entries(values).map(([name, { shape }]) => [name, input(name, shape)]));
      const losses = objective.losses((name) => tensors.get(name)!);
      const names = [...tensors.keys()];
      const grads = grad(mean(losses), [...tensors.values()]);
      const fed = feeds(batch, size, 1);
      const outputs = { losses, ...Object.fromEntries(grads.map((g, i) => [`grad ${names[i]!}`, g])) };
      const found = await evaluateGraph(outputs, { ...fed, ...values });
      const at = async (name: string, i: number, by: number): Promise<readonly number[]> => {
        const data = Float32Array.from(values[name as 's']!.data);
        data[i]! += by;
        const moved = { ...values, [name]: floats(values[name as 's']!.shape, data) };
        return Array.from((await evaluateGraph({ losses }, { ...fed, ...moved }))['losses']!.data, Number);
      };
      const L = Array.from(found['losses']!.data, Number);
      const whole = L.reduce((a, b) => a + b, 0) / batch;
      for (const [name, i] of [
        ['s', 0],
        ['schedule.slope', 0],
        ['schedule.hiddenBias', 16],
        ['schedule.outputWeight', 30],
      ] as const) {
        const h = 0.02;
        const [up, down] = [await at(name, i, h), await at(name, i, -h)];
        const slopes = up.map((value, b) => (value - down[b]!) / (2 * h));
        const weight = (b: number): number => (name === 's' ? 1 : (2 * L[b]!) / whole);
        const expected = slopes.reduce((sum, slope, b) => sum + weight(b) * slope, 0) / batch;
        const got = Number(found[`grad ${name}`]!.data[i]);
        assert.ok(
          Math.abs(got - expected) < 2e-3 * Math.max(1, Math.abs(expected)),
          `${prediction} ${name}: ${got}, ${expected}`,
        );
      }
    }
  });

  test('on unit Gaussian data σ² becomes exponential in time, which makes every level count alike', async () => {
    // The best answer is 0, its error as one of ε is α², and ½·γ′·α² is the same for all t where ln σ² is a straight line.
    const [batch, size] = [32, 64];
    const objective = objectiveOf(batch, size);
    using stepper = await createStepper({
      ...{
        runtime: referenceRuntime(),
        objective,
        optimizer: adamw({ weightDecay: 0 }),
        clip: true,
        ema: false,
        accumulate: 1,
      },
      initial: new Map([...initialise(params, key(0)), ...objective.initial]),
    });
    const scatter: number[] = [];
    for (let step = 0; step < 300; step++) {
      const { losses } = await stepper.step([feeds(batch, size, step)], { lr: step < 200 ? 0.05 : 0.01 });
      const whole = losses.reduce((a, b) => a + b, 0) / batch;
      scatter.push(losses.reduce((sum, value) => sum + (value - whole) ** 2, 0) / batch / whole ** 2);
    }
    const schedule = learned({ gammaMin: min, gammaMax: max, weights: learnedWeights(stepper.read('p')) });
    const line = learned({ gammaMin: min, gammaMax: max });
    const bend = ({ sigma }: typeof schedule): number => {
      const at = (t: number): number => 2 * Math.log(sigma(t));
      const places = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);
      return Math.max(...places.map((t) => Math.abs(at(t) - ((1 - t) * at(0) + t * at(1)))));
    };
    assert.ok(bend(line) > 0.9, `${bend(line)}: where it starts is already the best`);
    assert.ok(bend(schedule) < 0.25, `ln σ² is off a straight line by ${bend(schedule)}`);
    const mean = (some: readonly number[]): number => some.reduce((a, b) => a + b, 0) / some.length;
    const [first, last] = [mean(scatter.slice(0, 5)), mean(scatter.slice(-50))];
    // What is left is the noise of 64 dimensions, 2/64.
    assert.ok(last < 0.06 && first > 5 * last, `relative variance of L from ${first} to ${last}`);
  });

  test('other predictions are refused', () => {
    assert.throws(() => objectiveOf(1, 1, 'flow'), {
      message: 'A learned schedule goes with a prediction of epsilon, v, x0, got "flow".',
    });
  });
});

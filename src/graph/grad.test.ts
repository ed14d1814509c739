import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { evaluateGraph } from '../../test/evaluate.js';
import { floats, type HostArray, type Shape, sizeOf } from '../core/host-array.js';
import { fold, gaussians, key } from '../core/random.js';
import { constant, input } from './define-op.js';
import { grad } from './grad.js';
import { nodesOf } from './graph.js';
import {
  add,
  conv2d,
  exp,
  greater,
  groupNorm,
  matmul,
  mean,
  mul,
  reshape,
  silu,
  square,
  sub,
  sum,
  tanh,
} from './ops/index.js';
import { optimize } from './passes/index.js';
import type { Tensor } from './tensor.js';

type Feeds = Readonly<Record<string, HostArray<'float32'>>>;

const random = (shape: Shape, label: string) => floats(shape, gaussians(fold(key(13), label), sizeOf(shape)));
const numbers = async (x: Tensor, feeds: Feeds): Promise<readonly number[]> =>
  Array.from((await evaluateGraph({ result: x }, feeds))['result']!.data, Number);

/** x + h·direction, element by element. */
const moved = (x: HostArray<'float32'>, direction: HostArray<'float32'>, h: number) =>
  floats(
    x.shape,
    x.data.map((value, i) => value + h * direction.data[i]!),
  );

suite('grad', () => {
  const x = input('x', [3]);
  const feeds = { x: floats([3], [0.5, -1, 2]) };

  test('follows the chain rule', async () => {
    const [dx] = grad(sum(exp(mul(x, 2))), [x]); // d e^{2x} = 2·e^{2x}
    const got = await numbers(dx!, feeds);
    for (const [i, value] of feeds.x.data.entries())
      assert.ok(Math.abs(got[i]! / (2 * Math.exp(2 * value)) - 1) < 1e-6);
  });

  test('adds up what arrives along several paths', async () => {
    const y = mul(x, x);
    assert.deepEqual(await numbers(grad(sum(add(y, mul(y, x))), [x])[0]!, feeds), [0.5 * 2 + 3 * 0.25, -2 + 3, 4 + 12]);
  });

  test('a seed replaces the cotangent of ones', async () => {
    const seed = constant(floats([3], [1, 10, 100]));
    assert.deepEqual(await numbers(grad(square(x), [x], seed)[0]!, feeds), [1, -20, 400]);
  });

  test('may be asked of values in the middle, of inputs twice, and of what does not matter', async () => {
    const middle = mul(x, 3);
    const [a, b, c, d] = grad(sum(square(middle)), [middle, x, x, input('z', [2, 2])]);
    assert.deepEqual(await numbers(a!, feeds), [3, -6, 12]);
    assert.deepEqual(await numbers(b!, feeds), [9, -18, 36]);
    assert.equal(b, c);
    assert.deepEqual(await numbers(d!, {}), [0, 0, 0, 0]);
  });

  test('the gradient of a value with respect to itself is one', async () => {
    assert.deepEqual(await numbers(grad(x, [x])[0]!, feeds), [1, 1, 1]);
  });

  test('an output that is not the first has its own cotangent', async () => {
    const at = input('x', [2, 4, 3]);
    const parts = groupNorm.all([at, constant(random([4], 'scale')), constant(random([4], 'shift'))], { groups: 2 });
    const value = random([2, 4, 3], 'x');
    const direction = random([2, 4, 3], 'direction');
    for (const [name, y] of Object.entries({ y: parts[0]!, mean: parts[1]!, rstd: parts[2]! })) {
      const loss = sum(mul(y, constant(random(y.shape, `weights of ${name}`))));
      await matchesDifference({ loss, at, value, direction, name });
    }
    const all = parts.map((y) => sum(square(y))).reduce((a, b) => add(a, b));
    await matchesDifference({ loss: all, at, value, direction, name: 'all three' });
  });

  test('recomputing gives the same gradients and reads no activation that was kept', async () => {
    const [x, w, scale, shift] = [input('x', [2, 4, 3, 3]), input('w', [4, 4, 3, 3]), input('s', [4]), input('b', [4])];
    const hidden = silu(groupNorm(conv2d(x, w, { padding: 1 }), scale, shift, { groups: 2 }));
    const loss = sum(square(conv2d(hidden, w, { padding: 1 })));
    const feeds = { x: random(x.shape, 'x'), w: random(w.shape, 'w'), s: random([4], 's'), b: random([4], 'b') };
    const [kept] = grad(loss, [w]);
    const [made] = grad(loss, [w], undefined, { recompute: true });
    const [a, b] = [await numbers(kept!, feeds), await numbers(made!, feeds)];
    for (const [i, value] of a.entries()) assert.ok(Math.abs(value - b[i]!) < 1e-4 * Math.max(1, Math.abs(value)));
    const readers = (of: Tensor, g: Tensor) => nodesOf({ outputs: { g } }).filter(({ inputs }) => inputs.includes(of));
    assert.ok(readers(hidden, kept!).some(({ op }) => op.name === 'convWeightGrad'));
    assert.deepEqual(
      readers(hidden, made!).map(({ op }) => op.name),
      ['conv2d'],
    );
  });

  test('what has no derivative says so', () => {
    const message = 'grad needs a float32 result, got bool[3].';
    assert.throws(() => grad(greater(x, 0), [x]), { code: 'bad-dtype', message });
  });

  test('a seed of another shape is refused', () => {
    const message = 'grad: the seed of a result float32[3] must have its type, got float32[2].';
    assert.throws(() => grad(square(x), [x], constant(floats([2]))), { code: 'shape-mismatch', message });
  });
});

suite('second order', () => {
  const shapes = { x: [2, 4, 5, 5], w: [4, 4, 3, 3], gamma: [4], beta: [4], out: [100, 3] };
  const of = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, input(name, shape)]));
  const values: Feeds = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, random(shape, name)]));
  // conv → group norm → silu → linear → tanh, to one number
  const hidden = silu(groupNorm(conv2d(of['x']!, of['w']!, { padding: 1 }), of['gamma']!, of['beta']!, { groups: 2 }));
  const flat = matmul(reshape(hidden, { shape: [2, 100] }), mul(of['out']!, 0.1));
  const loss = mean(square(sub(tanh(flat), 0.5)));

  for (const name of ['x', 'w', 'gamma', 'out']) {
    test(`Hessian times vector through a small network, with respect to ${name}`, async () => {
      const direction = random(values[name]!.shape, `direction ${name}`);
      const [g] = grad(loss, [of[name]!]);
      const [hv] = grad(sum(mul(g!, constant(direction))), [of[name]!]); // ∇(∇L·v) = H·v
      const got = await numbers(optimize({ outputs: { hv: hv! } }).outputs['hv']!, values);
      const h = 1e-2;
      const shifted = (by: number) =>
        numbers(g!, { ...values, [name]: moved(values[name]!, direction, by / size(direction)) });
      const [ahead, behind] = [await shifted(h), await shifted(-h)];
      const [farAhead, farBehind] = [await shifted(2 * h), await shifted(-2 * h)];
      const expected = got.map(
        (_, i) => ((8 * (ahead[i]! - behind[i]!) - (farAhead[i]! - farBehind[i]!)) / (12 * h)) * size(direction),
      );
      const scale = Math.max(...expected.map(Math.abs));
      const off = Math.max(...got.map((value, i) => Math.abs(value - expected[i]!)));
      assert.ok(off < 2e-3 * scale, `differs by ${off}, the largest is ${scale}`);
    });
  }

  test('the Hessian is symmetric: u·Hv = v·Hu', async () => {
    const [u, v] = [random(shapes.w, 'u'), random(shapes.w, 'v')];
    const [g] = grad(loss, [of['w']!]);
    const quadratic = (a: HostArray<'float32'>, b: HostArray<'float32'>) =>
      sum(mul(grad(sum(mul(g!, constant(a))), [of['w']!])[0]!, constant(b)));
    const [[left], [right]] = [await numbers(quadratic(u, v), values), await numbers(quadratic(v, u), values)];
    assert.ok(Math.abs(left! - right!) < 1e-4 * Math.abs(left!), `${left} and ${right}`);
  });
});

const size = (x: HostArray<'float32'>): number => Math.sqrt(x.data.reduce((total, value) => total + value ** 2, 0));

interface DifferenceCase {
  readonly loss: Tensor;
  readonly at: Tensor;
  readonly value: HostArray<'float32'>;
  readonly direction: HostArray<'float32'>;
  readonly name: string;
}

/** ∇L·v against a central difference of L along v. */
async function matchesDifference({ loss, at, value, direction, name }: DifferenceCase): Promise<void> {
  const [along] = await numbers(sum(mul(grad(loss, [at])[0]!, constant(direction))), { x: value });
  const h = 1e-2;
  const [[ahead], [behind]] = [
    await numbers(loss, { x: moved(value, direction, h) }),
    await numbers(loss, { x: moved(value, direction, -h) }),
  ];
  const expected = (ahead! - behind!) / (2 * h);
  assert.ok(Math.abs(along! - expected) < 5e-3 * Math.max(1, Math.abs(expected)), `${name}: ${along}, not ${expected}`);
}

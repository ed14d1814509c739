import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { floats } from '../../../core/host-array.js';
import type { OptionSpecs } from '../../../core/options.js';
import { fold, key } from '../../../core/random.js';
import { batchSpace } from '../../../core/space.js';
import type { Batch } from '../batch.js';
import { consistent } from '../inverse-problems/null-space.js';
import type { MeasurementFactory } from '../measurement.js';
import { boxMask } from '../painting/masks.js';
import { measurements } from './index.js';

const shape = [2, 3, 8, 12] as const;
const mask = boxMask({ width: 12, height: 8, box: [2, 1, 5, 4] });
const space = batchSpace();
const dot = (a: Batch, b: Batch): number => a.data.reduce((sum, value, i) => sum + value * b.data[i]!, 0);
const drawn = (of: readonly number[], label: string): Batch => space.gaussian(floats(of), fold(key(5), label));

for (const name of measurements.names) {
  const create = measurements.entries[name] as unknown as MeasurementFactory<OptionSpecs>;

  suite(name, () => {
    const measurement = create({}, mask);
    const x = drawn(shape, 'x');

    test('is registered under its own name', () => assert.equal(create.definition.name, name));

    test('⟨A·x, y⟩ = ⟨x, Aᵀ·y⟩', () => {
      const seen = measurement.apply(x);
      const y = drawn(seen.shape, 'y');
      const [left, right] = [dot(seen, y), dot(x, measurement.adjoint(y, shape))];
      assert.ok(Math.abs(left - right) < 1e-4 * Math.hypot(left, right, 1), `${left} and ${right}`);
      assert.ok(Math.abs(left) > 1e-3, `${left} would be the same for a map that gives nothing`);
    });

    test('is linear', () => {
      const z = drawn(shape, 'z');
      const whole = measurement.apply(space.lincomb([2, x], [-3, z]));
      const parts = space.lincomb([2, measurement.apply(x)], [-3, measurement.apply(z)]);
      for (const [i, value] of whole.data.entries()) {
        assert.ok(Math.abs(value - parts.data[i]!) < 1e-5, `${i}: ${value} and ${parts.data[i]}`);
      }
    });

    test('has the gram it says it has', { skip: measurement.gram === null && 'no short pseudo-inverse' }, () => {
      const y = measurement.apply(x);
      const back = measurement.apply(measurement.adjoint(y, shape));
      for (const [i, value] of back.data.entries()) {
        assert.ok(Math.abs(value - measurement.gram! * y.data[i]!) < 1e-6, `${i}: ${value}`);
      }
    });

    test('is met by the nearest picture', { skip: measurement.gram === null && 'no short pseudo-inverse' }, () => {
      const measured = measurement.apply(drawn(shape, 'other'));
      const moved = measurement.apply(consistent(x, { measurement, measured, space }));
      for (const [i, value] of moved.data.entries()) {
        assert.ok(Math.abs(value - measured.data[i]!) < 1e-5, `${i}: ${value} and ${measured.data[i]}`);
      }
    });
  });
}

test('every file in this folder is registered', async () => {
  const files = (await readdir(new URL('.', import.meta.url)))
    .map((file) => file.replace(/\.[jt]s$/, ''))
    .filter((file) => file !== 'index' && !file.endsWith('.test') && !file.endsWith('.d'));
  assert.deepEqual(files.sort(), [...measurements.names].sort());
});

test('measurements refuse what they cannot see', () => {
  const { visible, luma } = measurements.entries;
  assert.throws(() => visible().apply(floats([1, 1, 2, 2])), {
    message: 'visible: a mask is needed that says which pixels may change, got none.',
  });
  assert.throws(() => luma().apply(floats([1, 1, 2, 2])), {
    message: 'luma: pictures with three channels [B, 3, H, W] are needed, got [1, 1, 2, 2].',
  });
  assert.throws(() => measurements.entries['average-pool']({ factor: 3 }).apply(floats([1, 1, 6, 8])), {
    message: 'average-pool: pictures [B, C, H, W] with sides that 3 divides are needed, got [1, 1, 6, 8].',
  });
});

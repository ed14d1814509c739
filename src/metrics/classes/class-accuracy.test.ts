import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { floats } from '../../core/host-array.js';
import { key, uniforms } from '../../core/random.js';
import { measured } from '../metric.js';
import { classAccuracy } from './class-accuracy.js';

const logits = floats([4, 3], [5, 1, 0, 1, 2, 0, 0, 1, 3, 2, 2, 0]);
const accuracy = async (wanted: readonly number[], top = 1): Promise<number> =>
  (await measured(classAccuracy({ top }).measure({ samples: { logits, wanted }, reference: null }))).estimates[0]!
    .value;

suite('class-accuracy', () => {
  test('counts the samples whose class is the largest output', async () => {
    assert.equal(await accuracy([0, 1, 2, 0]), 0.75); // the last row is undecided, which is not right
    assert.equal(await accuracy([1, 1, 2, 2]), 0.5);
    assert.equal(await accuracy([1, 0, 1, 1], 2), 1);
    assert.equal(await accuracy([2, 2, 0, 2], 3), 1);
  });

  test('a judge that says NaN says nothing right', async () => {
    const samples = { logits: floats([3, 2], [NaN, 1, 1, NaN, 2, 1]), wanted: [0, 0, 0] };
    const { estimates } = await measured(classAccuracy().measure({ samples, reference: null }));
    assert.equal(estimates[0]!.value, 1 / 3);
  });

  test("Wilson's interval covers the true share in about 19 of 20 experiments", async () => {
    const [share, n, experiments] = [0.8, 50, 400];
    let covered = 0;
    for (let e = 0; e < experiments; e++) {
      const drawn = uniforms(key(e), n);
      const rows = floats(
        [n, 2],
        Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? 1 : drawn[i >> 1]! < share ? 2 : 0)),
      );
      const samples = { logits: rows, wanted: new Array<number>(n).fill(1) };
      const { estimates } = await measured(classAccuracy().measure({ samples, reference: null }));
      const [low, high] = estimates[0]!.interval!;
      if (low <= share && share <= high) covered += 1;
    }
    // 400 experiments: 95 % ± 3 deviations of a binomial is 0.917 to 0.983.
    assert.ok(
      covered / experiments > 0.917 && covered / experiments < 0.983,
      `covered in ${covered} of ${experiments}`,
    );
  });

  test('the data stands beside the samples, and guessing in the notes', async () => {
    const samples = { logits, wanted: [0, 1, 2, 1] };
    const reference = { logits, wanted: [0, 0, 0, 0] };
    const { estimates, notes } = await measured(classAccuracy().measure({ samples, reference }));
    assert.deepEqual(
      estimates.map(({ name, value, n }) => [name, value, n]),
      [
        ['class-accuracy', 0.75, 4],
        ['class-accuracy of the data', 0.25, 4],
      ],
    );
    assert.deepEqual(notes, ['class-accuracy: guessing is right in 33 % of cases']);
  });

  test('what cannot be is refused', async () => {
    await assert.rejects(accuracy([0, 1]), {
      code: 'bad-sets',
      message: 'class-accuracy: 4 rows of logits need as many wanted classes, got 2.',
    });
    await assert.rejects(accuracy([0, 1, 2, 3]), {
      code: 'bad-label',
      message: 'class-accuracy: a judge of 3 classes has no output 3.',
    });
  });
});

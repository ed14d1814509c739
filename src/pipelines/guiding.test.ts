import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tinyClassifier, tinyModel } from '../../test/model-fixtures.js';
import { type HostArray, rows } from '../core/host-array.js';
import { createRuntime } from '../runtime/node.js';
import type { Runtime } from '../runtime/runtime.js';
import { type GenerateOptions, generateAll } from './generate.js';
import type { Guiding } from './guiding.js';

const runtime = createRuntime({ threads: 1 });
const model = tinyModel({ classes: 3 });
const weak = tinyModel({ classes: 3, seed: 2 });
const labels = [0, 1, 2, 0, 1];
const usual = { model, runtime, seed: 7, steps: 2, count: 5, labels };
const stochastic = { sampler: { name: 'ddpm' } } as const;

const climbing = tinyClassifier({ classes: 3 });

const drawn = (guidance: number | Guiding, rest: Partial<GenerateOptions> = {}): Promise<HostArray<'float32'>> =>
  generateAll({ ...usual, guidance, ...rest });

const free = (scale: number) => ({ name: 'classifier-free', options: { scale } }) as const;

suite('guidance by name', () => {
  const plain = drawn(1);

  test('none, and guidance at its neutral setting, change no bit', async () => {
    assert.deepEqual(await drawn({ choices: [] }), await plain);
    assert.deepEqual(await drawn({ choices: [free(1)] }), await plain);
    assert.deepEqual(await drawn({ choices: [{ name: 'apg', options: { scale: 1 } }] }), await plain);
    const off = { name: 'interval', options: { low: 0, high: 0 } } as const;
    assert.deepEqual(await drawn({ choices: [free(4), off] }), await plain);
    const single = labels.map((label) => [{ label, weight: 1 }]);
    assert.deepEqual(await drawn({ choices: [], composed: single }), await plain);
    const idle = { name: 'classifier-score', options: { scale: 0 } } as const;
    assert.deepEqual(await drawn({ choices: [idle], towards: labels }, { classifier: climbing }), await plain);
  });

  test('a number is the scale of classifier-free guidance', async () => {
    assert.deepEqual(await drawn({ choices: [free(3)] }), await drawn(3));
  });

  const variants: Readonly<Record<string, readonly [Guiding, Partial<GenerateOptions>]>> = {
    'classifier-free': [{ choices: [free(3)] }, {}],
    rescaled: [{ choices: [free(3), { name: 'rescale' }] }, {}],
    'in an interval': [{ choices: [free(3), { name: 'interval', options: { low: 0.3, high: 3 } }] }, {}],
    apg: [{ choices: [{ name: 'apg', options: { scale: 6, threshold: 2 } }] }, {}],
    'cfg++': [{ choices: [{ name: 'cfg++' }] }, {}],
    negative: [{ choices: [{ name: 'negative' }], negatives: [2, 0] }, {}],
    composed: [
      {
        choices: [free(2)],
        composed: labels.map((label, i) =>
          i === 3
            ? [{ label, weight: 1 }]
            : [
                { label, weight: 1.5 },
                { label: 2, weight: i === 4 ? 0.5 : -0.5 },
              ],
        ),
      },
      {},
    ],
    autoguidance: [{ choices: [{ name: 'autoguidance' }] }, { weak }],
    'apg away from a weak model': [{ choices: [{ name: 'apg' }] }, { weak }],
    'a classifier, score form': [
      {
        choices: [free(2), { name: 'classifier-score', options: { scale: 5 } }],
        towards: [
          0,
          [
            { label: 1, weight: 2 },
            { label: 0, weight: -1 },
          ],
          null,
          2,
          0,
        ],
      },
      { classifier: climbing },
    ],
    'a classifier, mean form': [
      { choices: [{ name: 'classifier-mean', options: { scale: 50 } }], towards: labels },
      { classifier: climbing, scheme: stochastic },
    ],
  };
  for (const [name, [guiding, rest]] of Object.entries(variants)) {
    test(`${name}: other pictures, the same bits at every batch size`, async () => {
      const expected = await drawn(guiding, { ...rest, batch: 5 });
      assert.deepEqual(expected.shape, [5, 3, 8, 8]);
      assert.notDeepEqual(expected, await drawn(1, { ...(rest.scheme && { scheme: rest.scheme }) }));
      for (const batch of [2]) {
        const got = await drawn(guiding, { ...rest, batch });
        assert.deepEqual(got, expected, `batches of ${batch} differ`);
      }
    });
  }

  test('a row that climbs towards nothing is not pulled', async () => {
    const climb = { name: 'classifier-score', options: { scale: 5 } } as const;
    const given = { classifier: climbing };
    const some = await drawn({ choices: [climb], towards: [0, null, 2, 0, 1] }, given);
    assert.deepEqual(rows(some, 1, 2), rows(await plain, 1, 2));
    assert.notDeepEqual(rows(some, 0, 1), rows(await plain, 0, 1));
  });

  test('the label of a weak model is looked up by name', async () => {
    const choices = [{ name: 'autoguidance' } as const];
    const turned = { ...weak, classes: ['class 2', 'class 0', 'class 1'] };
    const byName = await drawn({ choices }, { weak: turned });
    assert.notDeepEqual(byName, await drawn({ choices }, { weak }));
    const swapped = await drawn({ choices }, { weak: turned, labels: [2, 2, 2, 2, 2] });
    const expected = await drawn({ choices }, { weak, labels: [2, 2, 2, 2, 2] });
    assert.notDeepEqual(swapped, expected);
  });

  test('a weak model of other data is refused', async () => {
    const choices = [{ name: 'autoguidance' } as const];
    const refused = (other: typeof weak, reason: string) =>
      assert.rejects(drawn({ choices }, { weak: other }), {
        code: 'bad-model',
        message: `The weak model must be one of the same data: ${reason}`,
      });
    await refused(tinyModel(), 'it has no classes.');
    await refused({ ...weak, classes: ['class 0', 'class 1', 'cat'] }, 'it does not know the class "class 2".');
    await refused(
      { ...weak, config: { ...weak.config, sample_size: 16 } as typeof weak.config },
      'it makes samples of [3, 16, 16], and the model of [3, 8, 8].',
    );
  });
});

test('lists that do not fit the job are refused', async () => {
  const refused = (guidance: Guiding, message: string) =>
    assert.rejects(drawn(guidance, { classifier: climbing }), { code: 'bad-label', message: `generate: ${message}` });
  const one = [{ label: 0, weight: 1 }];
  await refused({ choices: [], composed: [one] }, '5 pictures need 5 compositions, got 1.');
  await refused({ choices: [], towards: [0, 1] }, '5 pictures need 5 outputs to climb towards, got 2.');
  await refused({ choices: [], negatives: [4] }, 'labels of guidance must be integers in [0, 3], got 4.');
  const stray = labels.map(() => [{ label: -1, weight: 1 }]);
  await refused({ choices: [], composed: stray }, 'labels of guidance must be integers in [0, 3], got -1.');
  const beyond = [0, 1, 2, 3, null];
  await refused({ choices: [], towards: beyond }, 'outputs to climb towards must be integers in [0, 2], got 3.');
});

suite('what is asked', () => {
  /** Rows of every run of a network with labels. */
  const runsOf = async (guidance: Guiding, rest: Partial<GenerateOptions> = {}): Promise<readonly number[]> => {
    const seen: number[] = [];
    const watched: Runtime = {
      name: runtime.name,
      async compile(graph, options) {
        const executable = await runtime.compile(graph, options);
        const run: typeof executable.run = (feeds) => {
          seen.push(feeds['x']!.shape[0]!);
          return executable.run(feeds);
        };
        return { run, close: () => executable.close(), [Symbol.dispose]: () => executable.close() };
      },
    };
    await generateAll({ ...usual, ...rest, guidance, runtime: watched, steps: 1, batch: 5 });
    return seen;
  };

  test('all that one network is asked at one level is one run', async () => {
    const both = labels.map((label) => [
      { label, weight: 1 },
      { label: 2, weight: 1 },
    ]);
    assert.deepEqual(await runsOf({ choices: [] }), [5]);
    assert.deepEqual(await runsOf({ choices: [free(3)] }), [10]);
    assert.deepEqual(await runsOf({ choices: [free(3), { name: 'rescale' }] }), [10]);
    assert.deepEqual(await runsOf({ choices: [{ name: 'cfg++' }] }), [10]);
    assert.deepEqual(await runsOf({ choices: [{ name: 'negative' }], negatives: [0, 1] }), [15]);
    assert.deepEqual(await runsOf({ choices: [free(3)], composed: both }), [15]);
    assert.deepEqual(await runsOf({ choices: [{ name: 'autoguidance' }] }, { weak }), [5, 5]);
    const off = { name: 'interval', options: { low: 0, high: 1e-9 } } as const;
    assert.deepEqual(await runsOf({ choices: [free(3), off] }), [5]);
  });

  test('a model without "any class" can be compared with a weak one, and not with itself', async () => {
    const strict = { ...model, classes: null };
    const { classes: _, ...poor } = weak;
    const given = { model: strict, weak: { ...poor, classes: null } };
    assert.deepEqual((await drawn({ choices: [{ name: 'autoguidance' }] }, given)).shape, [5, 3, 8, 8]);
    await assert.rejects(drawn({ choices: [free(2)] }, { model: strict }), {
      message: 'generate: guidance compares with "any class", and this model has no label for it. Leave guidance at 1.',
    });
  });
});

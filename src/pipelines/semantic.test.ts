import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tinyClassifier, tinyModel } from '../../test/model-fixtures.js';
import { concatRows, floats, type HostArray, rows } from '../core/host-array.js';
import { fold, gaussians, key } from '../core/random.js';
import { batchSpace } from '../core/space.js';
import type { Level, Precondition } from '../diffusion/index.js';
import { createRuntime } from '../runtime/node.js';
import {
  assemble,
  asymmetric,
  ddim,
  guidedPath,
  intervals,
  sample,
  samplers,
  startingNoise,
  trajectory,
} from '../sampling/index.js';
import { generateAll } from './generate.js';
import type { Guiding, GuidingModels } from './guiding.js';
import type { Hspace } from './hspace.js';
import type { BatchNetwork } from './network.js';
import { questions } from './questions.js';
import { semanticAll } from './semantic.js';
import { changeOf, directionAt, type SemanticChange } from './semantic-path.js';
import { twinPath } from './twin-path.js';

type Batch = HostArray<'float32'>;

const runtime = createRuntime({ threads: 1 });
const model = tinyModel({ classes: 3 });
const shape = [16, 4, 4];
const noise = (name: string, of: readonly number[]): Batch =>
  floats(
    of,
    gaussians(
      fold(key(9), name),
      of.reduce((product, n) => product * n, 1),
    ),
  );
const fixed = (name: string, times: readonly number[]): SemanticChange => ({
  kind: 'fixed',
  times,
  values: noise(name, [times.length, ...shape]),
});
const [smile, hat] = [fixed('smile', [0.2, 0.8]), fixed('hat', [0.5])];
const parts = assemble(model.scheme);
const count = 3;
const space = batchSpace();
const start = startingNoise({ steps: parts.steps(6), like: floats([count, 3, 8, 8]), space, key: key(5) });
const labels = [0, 1, null];
const usual = { model, runtime, start, labels, steps: 6, key: key(5), batch: count };
const differs = (a: Batch, b: Batch): number =>
  a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i]!)), 0);

/** A network that answers a_label·x, and w·Δ more where it is changed. */
function linear({ a, w }: { readonly a: readonly number[]; readonly w: number }) {
  const answer = (x: Batch, labels: readonly number[] | null): Batch =>
    concatRows(Array.from({ length: x.shape[0]! }, (_, i) => space.lincomb([a[labels![i]!]!, rows(x, i, i + 1)])));
  const network: BatchNetwork = { batch: 2, run: async (x, _, labels) => answer(x, labels), [Symbol.dispose]() {} };
  const shift: Hspace['shift'] = async ({ x, labels, delta }) => {
    const out = answer(x, labels);
    return { out, shifted: space.lincomb([1, out], [w, delta!]) };
  };
  return { network, open: { shift }, precondition };
}

const precondition = (): ReturnType<Precondition> => ({ cSkip: 0, cOut: 1, cIn: 1, cNoise: 0 });
const asking = (network: BatchNetwork) =>
  questions({ config: { in_channels: 3, out_channels: 3 }, network, precondition, space });

suite('semantic edits', () => {
  const runnable = samplers.names.filter((name) => {
    const { direction } = (samplers.get(name) as () => { direction: string })();
    return direction === 'down' && name !== 'annealed-langevin';
  });
  for (const name of runnable) {
    test(`${name}: strength 0 is plain sampling, bit by bit`, async () => {
      const scheme = { sampler: { name } };
      const plain = await generateAll({ model, runtime, count, seed: 5, labels, steps: 6, scheme, batch: count });
      const zeros = { change: smile, strengths: [0, 0, 0] };
      assert.deepEqual(await semanticAll({ ...usual, edits: [zeros], scheme }), plain);
      // And through the opened network: a picture without an edit beside one that has one.
      const first = await semanticAll({ ...usual, edits: [{ change: smile, strengths: [8, 0, 0] }], scheme });
      const adaptive = name === 'rk45' || name === 'dpm-adaptive'; // one step size for the whole batch
      if (!adaptive) assert.deepEqual(rows(first, 1, 3), rows(plain, 1, 3));
      assert.ok(differs(rows(first, 0, 1), rows(plain, 0, 1)) > 0, `${name}: the edit changes its picture`);
    });
  }

  test('a linear denoiser: the walk is its closed form', async () => {
    // D(x) = a·x and D̃(x) = a·x + w·Δ. One step is x′ = A·x + α′·w·Δ with A = α′·a + σ′·(1 − α·a)/σ, and so
    // the end is Π A·x_T + w·Δ·Σ_k α_{k+1}·Π_{j>k} A_j.
    const [a, w] = [0.3, 0.05];
    const delta = noise('x', [2, 3]);
    const steps = parts.steps(9);
    const edited = (level: Level): boolean => level.sigma > 0.5;
    const { denoise, shifted } = twinPath({
      ...linear({ a: [a], w }),
      guide: ({ labels, network }) => ({ denoise: asking(network!)(labels), landings: [] }),
      rows: { pictures: [0, 1], labels: [0, 0], space },
      changeAt: (level) => (edited(level) ? { delta, strengths: [] } : null),
    });
    const from = noise('from', [2, 3]);
    const landings = [asymmetric({ shifted })];
    const end = await sample({ denoise, sampler: ddim(), steps, start: from, space, key: key(0), landings });
    let [product, kicks] = [1, 0];
    for (const { from: at, to } of intervals(steps)) {
      const A = to.alpha * a + (to.sigma * (1 - at.alpha * a)) / at.sigma;
      product *= A;
      kicks = A * kicks + (edited(at) ? to.alpha : 0);
    }
    const exact = space.lincomb([product, from], [kicks * w, delta]);
    assert.ok(kicks > 0 && differs(end, exact) < 1e-6, `largest difference ${differs(end, exact)}`);
  });

  test('CFG++ and an edit in one step: x₀ guided and shifted, the noise of neither', async () => {
    // D_c = a_c·x, D_u = a_u·x, both + w·Δ when shifted: x′ = α′·(D_u + λ·(D_c − D_u) + w·Δ) + σ′·(x − α·D_u)/σ.
    const [c, u, w, scale] = [0.7, 0.2, 0.05, 0.6];
    const delta = noise('x', [2, 3]);
    const { denoise, shifted, landings } = twinPath({
      ...linear({ a: [u, c], w }),
      guide: ({ labels, network, space }) =>
        guidedPath({
          choices: [{ name: 'cfg++', options: { scale } }],
          roles: { conditional: asking(network!)(labels), unconditional: asking(network!)(labels!.map(() => 0)) },
          space,
        }),
      rows: { pictures: [0, 1], labels: [1, 1], space },
      changeAt: () => ({ delta, strengths: [] }),
    });
    const from = noise('from', [2, 3]);
    const steps = parts.steps(2);
    const path = { denoise, landings: [...landings, asymmetric({ shifted })] };
    const walk = trajectory({ ...path, sampler: ddim(), steps, start: from, space, key: key(0) });
    await walk.next();
    const { x } = (await walk.next()).value as { readonly x: Batch }; // where the first step landed
    const { from: at, to } = intervals(steps)[0]!;
    const known = to.alpha * (u + scale * (c - u)) + (to.sigma * (1 - at.alpha * u)) / at.sigma;
    const exact = space.lincomb([known, from], [to.alpha * w, delta]);
    assert.ok(differs(x, exact) < 1e-6, `largest difference ${differs(x, exact)}`);
  });

  test('several attributes add up in h, and their order is nothing', async () => {
    const one = { change: smile, strengths: [1, 0, 2] };
    const two = { change: hat, strengths: [0.5, 1, -1] };
    const at = (edits: Parameters<typeof changeOf>[0]) => changeOf(edits, 0.5, shape)!.delta!;
    const sum = space.lincomb([1, at([one])], [1, at([two])]);
    assert.ok(differs(at([one, two]), sum) < 1e-6, 'Δh of both is the sum');
    const [ab, ba] = [
      await semanticAll({ ...usual, edits: [one, two] }),
      await semanticAll({ ...usual, edits: [two, one] }),
    ];
    assert.ok(differs(ab, ba) < 1e-4, `${differs(ab, ba)}`);
  });

  test('minus is the other way: Δh and −Δh with strengths 1 and −1 are the same edit', async () => {
    const values = (smile as Extract<SemanticChange, { kind: 'fixed' }>).values;
    const turned: SemanticChange = { kind: 'fixed', times: [0.2, 0.8], values: space.lincomb([-1, values]) };
    const a = await semanticAll({ ...usual, edits: [{ change: smile, strengths: [1, 2, 3] }] });
    const b = await semanticAll({ ...usual, edits: [{ change: turned, strengths: [-1, -2, -3] }] });
    assert.deepEqual(a, b);
  });

  test('between the times a change is known at it goes linearly; a change of channels is the same everywhere', () => {
    const known = { kind: 'fixed', times: [0.2, 0.6], values: floats([2, 2], [0, 10, 4, 30]) } as const;
    assert.deepEqual([...directionAt(known, 0.3, [2, 1, 2])], [1, 1, 15, 15]);
    assert.deepEqual([...directionAt(known, 0.1, [2, 1, 1])], [0, 10]);
    assert.deepEqual([...directionAt(known, 0.9, [2, 1, 1])], [4, 30]);
  });

  test('batches and the streams of pictures: picture by picture as all together', async () => {
    const edits = [{ change: smile, strengths: [3, -3, 1] }];
    const together = await semanticAll({ ...usual, edits });
    const alone = await semanticAll({ ...usual, edits, batch: 1 });
    assert.ok(differs(together, alone) < 1e-4, `${differs(together, alone)}`);
  });

  test('outside of the editing interval nothing happens; the boost renews noise below its time', async () => {
    const edits = [{ change: smile, strengths: [3, 3, 3] }];
    const plain = await semanticAll({ ...usual, edits: [] });
    assert.deepEqual(await semanticAll({ ...usual, edits, interval: { edit: 1.01, boost: 0 } }), plain);
    const part = await semanticAll({ ...usual, edits, interval: { edit: 0.6, boost: 0 } });
    const all = await semanticAll({ ...usual, edits });
    assert.ok(differs(part, plain) > 0 && differs(part, all) > 0, 'part of the walk is neither none nor all of it');
    const boosted = await semanticAll({ ...usual, edits: [], interval: { edit: 0, boost: 1 } });
    const stochastic = { ...usual, edits: [], scheme: { sampler: { name: 'ddim', options: { eta: 1 } } } } as const;
    assert.deepEqual(boosted, await semanticAll(stochastic));
    assert.notDeepEqual(boosted, plain);
  });

  test('guidance: 1 is none, and with the change in both questions', async () => {
    const edits = [{ change: smile, strengths: [3, 3, 3] }];
    const once = await semanticAll({ ...usual, edits });
    assert.deepEqual(await semanticAll({ ...usual, edits, guidance: 1 }), once);
    const twice = await semanticAll({ ...usual, edits, guidance: 2 });
    assert.ok(differs(twice, once) > 0, 'guidance changes the pictures with a label');
    assert.ok(differs(rows(twice, 2, 3), rows(once, 2, 3)) < 1e-4, 'and not that of any class');
  });

  const climbing = tinyClassifier({ classes: 3 });
  const weak = tinyModel({ classes: 3, seed: 2 });
  const guidances: Readonly<Record<string, readonly [Guiding, GuidingModels?]>> = {
    'classifier-free': [{ choices: [{ name: 'classifier-free', options: { scale: 3 } }] }],
    'in an interval, rescaled': [
      { choices: [{ name: 'classifier-free', options: { scale: 3 } }, { name: 'rescale' }, { name: 'interval' }] },
    ],
    apg: [{ choices: [{ name: 'apg', options: { scale: 6 } }] }],
    'cfg++': [{ choices: [{ name: 'cfg++' }] }],
    negative: [{ choices: [{ name: 'negative' }], negatives: [2, 0] }],
    composed: [
      {
        choices: [{ name: 'classifier-free', options: { scale: 2 } }],
        composed: [0, 1, 2].map((label) => [
          { label, weight: 1.5 },
          { label: 2 - label, weight: -0.5 },
        ]),
      },
    ],
    autoguidance: [{ choices: [{ name: 'autoguidance' }] }, { weak }],
    'a classifier': [
      { choices: [{ name: 'classifier-score', options: { scale: 5 } }], towards: [0, 1, 2] },
      { classifier: climbing },
    ],
  };
  for (const [name, [guidance, models]] of Object.entries(guidances)) {
    test(`guided by ${name}: an unedited picture is that of plain sampling, an edited one is another`, async () => {
      const told = { labels: [0, 1, 2], guidance, ...models };
      const plain = await generateAll({ model, runtime, count, seed: 5, steps: 6, batch: count, ...told });
      const edits = [{ change: smile, strengths: [8, 0, 0] }];
      assert.deepEqual(await semanticAll({ ...usual, ...told, edits: [] }), plain);
      const edited = await semanticAll({ ...usual, ...told, edits });
      assert.deepEqual(rows(edited, 1, 3), rows(plain, 1, 3));
      assert.ok(differs(rows(edited, 0, 1), rows(plain, 0, 1)) > 1e-3, 'the edit changes its picture');
      assert.deepEqual(await semanticAll({ ...usual, ...told, edits, batch: 2 }), edited);
    });
  }

  test('errors', async () => {
    await assert.rejects(semanticAll({ ...usual, edits: [{ change: smile, strengths: [1] }] }), {
      code: 'bad-option',
      message: 'semantic: an edit of 3 pictures needs 3 finite strengths, got [1].',
    });
    await assert.rejects(semanticAll({ ...usual, labels: [1], edits: [] }), {
      code: 'bad-label',
      message: 'semantic: 3 pictures need 3 labels, got 1.',
    });
    const foreign: SemanticChange = { kind: 'fixed', times: [0.5], values: floats([1, 8]) };
    await assert.rejects(semanticAll({ ...usual, edits: [{ change: foreign, strengths: [1, 1, 1] }] }), {
      code: 'shape-mismatch',
      message: 'semantic: a change must be [1, 16, 4, 4] or [1, 16], got [1, 8]. It was made for another model.',
    });
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tinyModel } from '../../test/model-fixtures.js';
import { floats, type HostArray, rows } from '../core/host-array.js';
import type { OptionSpecs } from '../core/options.js';
import { gaussians, key, uniforms } from '../core/random.js';
import { toByte } from '../files/index.js';
import { createRuntime } from '../runtime/node.js';
import {
  boxMask,
  colourise,
  edits,
  featheredMask,
  inpaintByBlending,
  inpaintByGradient,
  interpolate,
  outpaint,
  partialNoising,
  repaint,
  type SamplerDefinition,
  type SamplerName,
  samplers,
  superResolution,
  variations,
} from '../sampling/index.js';
import { type EditOptions, editAll, editCost, editPictures } from './edit.js';
import { generateAll } from './generate.js';
import type { SemanticChange } from './semantic-path.js';

type Batch = HostArray<'float32'>;

const runtime = createRuntime({ threads: 1 });
const model = tinyModel({ classes: 2 });
/** Pictures as they come out of files: whole bytes. */
const pictures: Batch = floats(
  [3, 3, 8, 8],
  Float32Array.from(uniforms(key(8), 576), (u) => Math.floor(u * 256) / 127.5 - 1),
);
const mask = featheredMask({ mask: boxMask({ width: 8, height: 8, box: [3, 2, 5, 5] }), radius: 1 });
const usual = { model, runtime, pictures, seed: 4, steps: 3 };
const downwards = samplers.names.filter(
  (name) => (samplers.entries[name].definition as SamplerDefinition<OptionSpecs>).direction !== 'up',
);

const run = (options: Pick<EditOptions, 'edit'> & Partial<EditOptions>): Promise<Batch> =>
  editAll({ ...usual, ...options });

suite('editPictures', () => {
  for (const name of downwards) {
    test(`outside of the mask bytes are those of the source, with ${name}`, async () => {
      const edited = await run({
        edit: inpaintByBlending(),
        mask,
        pictures: rows(pictures, 0, 1),
        scheme: { sampler: { name: name as SamplerName }, steps: { name: 'trailing' } },
      });
      for (const [i, value] of rows(pictures, 0, 1).data.entries()) {
        if (mask.data[i % 64] === 0) assert.equal(toByte(edited.data[i]!), toByte(value), `value ${i}`);
      }
      assert.notDeepEqual(edited.data, rows(pictures, 0, 1).data);
    });
  }

  test('every edit runs with classes and guidance, and costs what it says', async () => {
    for (const name of edits.names) {
      const edit = name === 'super-resolution' ? superResolution({ factor: 2 }) : edits.entries[name]();
      const options: EditOptions = {
        ...usual,
        edit,
        ...{ mask, others: pictures, labels: [0, 1, null], guidance: 3, batch: 2 },
      };
      const cost = editCost(options);
      const work = editPictures(options);
      let last = { done: 0, total: 0 };
      for (;;) {
        const { done, value } = await work.next();
        if (done) {
          assert.deepEqual(value.shape, edit.canvas({ source: pictures, mask: null }).source.shape, name);
          break;
        }
        last = value;
      }
      assert.equal(last.total, cost.evaluations + cost.pullbacks, name);
      assert.equal(last.done, cost.evaluations + cost.pullbacks, name);
    }
  });

  test('pictures do not depend on their batch', async () => {
    const options = { edit: repaint({ jump: 1, resamples: 2 }), mask, labels: [0, 1, 0], guidance: 2 };
    const whole = await run(options);
    assert.deepEqual(await run({ ...options, batch: 1 }), whole);
  });

  test('strength 1 draws what generate draws, strength 0 gives the very bits back', async () => {
    const plain = await generateAll({ model, runtime, count: 3, seed: 4, steps: 3, labels: [0, 1, 1] });
    assert.deepEqual(await run({ edit: partialNoising({ strength: 1 }), labels: [0, 1, 1] }), plain);
    assert.deepEqual(await run({ edit: partialNoising({ strength: 0 }) }), pictures);
  });

  test('guidance of scale 1 is none, and another scale another picture', async () => {
    const at = (guidance: number): Promise<Batch> => run({ edit: partialNoising(), labels: [0, 1, 1], guidance });
    const plain = await run({ edit: partialNoising(), labels: [0, 1, 1] });
    assert.deepEqual(await at(1), plain);
    assert.notDeepEqual(await at(3), plain);
    const named = await run({
      edit: partialNoising(),
      labels: [0, 1, 1],
      guidance: { choices: [{ name: 'classifier-free', options: { scale: 3 } }] },
    });
    assert.deepEqual(named, await at(3));
  });

  test('guidance that changes the path goes with edits that do', async () => {
    const edited = await run({
      ...{ edit: inpaintByBlending(), mask, labels: [0, 1, 1] },
      guidance: { choices: [{ name: 'cfg++', options: { scale: 0.6 } }] },
    });
    for (const [i, value] of pictures.data.entries()) {
      if (mask.data[i % 64] === 0) assert.equal(edited.data[i], value, `value ${i}`);
    }
  });

  test('attributes go with every edit; none of them changes no bit, and those of one picture no other', async () => {
    const change: SemanticChange = { kind: 'fixed', times: [0.5], values: floats([1, 16], gaussians(key(6), 16)) };
    const semantic = (strengths: readonly number[]) => ({ edits: [{ change, strengths }], until: 0.3 });
    for (const name of edits.names) {
      const edit = name === 'super-resolution' ? superResolution({ factor: 2 }) : edits.entries[name]();
      const options = { edit, mask, others: pictures, labels: [0, 1, null], guidance: 2 };
      const plain = await run(options);
      assert.deepEqual(await run({ ...options, semantic: semantic([0, 0, 0]) }), plain, name);
      const edited = await run({ ...options, semantic: semantic([8, 0, 0]) });
      assert.deepEqual(rows(edited, 1, 3), rows(plain, 1, 3), name);
      if (name !== 'interpolate') assert.notDeepEqual(rows(edited, 0, 1), rows(plain, 0, 1), name); // row 0 is the source
    }
    await assert.rejects(run({ edit: repaint(), mask, semantic: semantic([1, 2]) }), {
      message: 'editPictures: an edit of 3 pictures needs 3 finite strengths, got [1, 2].',
    });
  });

  test('a larger canvas is painted by the same network', async () => {
    const edited = await run({ edit: outpaint({ right: 4, top: 8, resamples: 2, jump: 1 }) });
    assert.deepEqual(edited.shape, [3, 3, 16, 12]);
    const at = (x: number, y: number): number => edited.data[(y + 8) * 12 + x]!;
    assert.equal(at(5, 3), pictures.data[3 * 8 + 5]);
  });

  test('super-resolution and colours agree with what was seen', async () => {
    const small = floats([1, 3, 4, 4], pictures.data.slice(0, 48));
    const large = await run({ edit: superResolution({ factor: 2, rule: 'pigdm' }), pictures: small });
    const mean = [0, 1, 8, 9].reduce((sum, i) => sum + large.data[i]!, 0) / 4;
    assert.ok(Math.abs(mean - small.data[0]!) < 1e-5, `${mean} and ${small.data[0]}`);
    const coloured = await run({ edit: colourise({ rule: 'ddnm' }) });
    const luma = ({ data }: Batch): number => 0.299 * data[5]! + 0.587 * data[69]! + 0.114 * data[133]!;
    assert.ok(Math.abs(luma(coloured) - luma(pictures)) < 1e-5, `${luma(coloured)} and ${luma(pictures)}`);
  });

  test('each copy of a picture varies in its own way, and interpolation ends at both', async () => {
    const copies = floats([3, 3, 8, 8]);
    for (let i = 0; i < 3; i++) copies.data.set(pictures.data.subarray(0, 192), i * 192);
    const varied = await run({ edit: variations(), pictures: copies });
    assert.notDeepEqual(rows(varied, 0, 1).data, rows(varied, 1, 2).data);
    const others = floats([3, 3, 8, 8]);
    for (let i = 0; i < 3; i++) others.data.set(pictures.data.subarray(192, 384), i * 192);
    const between = await run({ edit: interpolate(), pictures: copies, others });
    assert.deepEqual(rows(between, 0, 1).data, rows(pictures, 0, 1).data);
    assert.deepEqual(rows(between, 2, 3).data, rows(pictures, 1, 2).data);
  });

  test('stops when told to', async () => {
    const stop = new AbortController();
    const work = editPictures({ ...usual, edit: inpaintByGradient(), mask, signal: stop.signal });
    await work.next();
    stop.abort();
    await assert.rejects(work.next(), { name: 'AbortError' });
  });

  test('says what does not fit', async () => {
    const cases: readonly (readonly [Partial<EditOptions>, string])[] = [
      [
        { edit: outpaint({ right: 1 }) },
        'editPictures: this network takes sides that are multiples of 2, got 8 × 9. ' +
          'Take other margins, or bring the picture to another size.',
      ],
      [{ pictures: floats([1, 1, 8, 8]) }, 'editPictures: this model edits [N, 3, 8, 8], got shape [1, 1, 8, 8].'],
      [{ labels: [0] }, 'editPictures: 3 pictures need 3 labels, got 1.'],
      [{ labels: [0, 1, 7] }, 'editPictures: labels must be integers in [0, 2], got 7.'],
      [{ guidance: 2 }, 'editPictures: guidance needs a class to follow. Name the classes, or leave guidance at 1.'],
      [
        { mask: floats([4, 4]) },
        'The mask is [4, 4] and the pictures are [3, 3, 8, 8]: give a mask of the last two, or of the whole shape.',
      ],
      [{ pictures: floats([0, 3, 8, 8]) }, 'editPictures: there is no picture.'],
      [{ model: tinyModel(), labels: [0, 0, 0] }, 'editPictures: this model has no classes: leave the labels out.'],
    ];
    for (const [options, message] of cases) {
      await assert.rejects(run({ edit: partialNoising(), ...options }), { message });
    }
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { tinyModel } from '../../../test/model-fixtures.js';
import { floats } from '../../core/host-array.js';
import { type SemanticDirection, saveDirection } from '../../pipelines/index.js';
import { createRuntime } from '../../runtime/node.js';
import { openDirections, parseSemantic } from './semantic-edits.js';

const direction = (attribute: string, { tap = 'mid_block', channels = 16 } = {}): SemanticDirection => ({
  ...{ attribute, tap, model: 'aaaaaaaaaaaaaaaa', method: 'mean-difference', edit: 0.4, details: {} },
  change: { kind: 'fixed', times: [0.5], values: floats([1, channels]) },
});

const missing = { wanted: parseSemantic('smile'), folder: '/no/such/folder' };

suite('--semantic', () => {
  test('names and strengths', () => {
    assert.deepEqual(parseSemantic('smile=1.5, skin-tone:dark=-1,glasses'), [
      { name: 'smile', strength: 1.5 },
      { name: 'skin-tone:dark', strength: -1 },
      { name: 'glasses', strength: 1 },
    ]);
  });

  for (const text of ['smile=', 'smile=much', '=1', '', 'smile=1=2']) {
    test(`${JSON.stringify(text)} is refused`, () => {
      assert.throws(() => parseSemantic(text), {
        message: `edit: --semantic is NAME=STRENGTH, joined by commas, as in smile=1.5,skin-tone:dark=1; got "${text}".`,
      });
    });
  }

  test('the same name twice', () => {
    assert.throws(() => parseSemantic('smile=1,smile=2'), {
      message: 'edit: --semantic names "smile" twice. Add its strengths up.',
    });
  });

  test('files by name; other weights are told, unknown names and two taps refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'langevin-semantic-'));
    try {
      await saveDirection(join(folder, 'smile.safetensors'), direction('smile'));
      await saveDirection(
        join(folder, 'skin-tone-dark.safetensors'),
        direction('skin-tone:dark', { tap: 'up_blocks.1', channels: 8 }),
      );
      const told: string[] = [];
      const warn = (line: string): void => void told.push(line);
      const runtime = createRuntime();
      const open = (text: string, hash = 'aaaaaaaaaaaaaaaa') =>
        openDirections({ ...{ wanted: parseSemantic(text), folder, runtime }, model: { ...tinyModel(), hash }, warn });
      const [smile] = await open('smile=2');
      assert.equal(smile!.strength, 2);
      assert.deepEqual(told, []);
      await open('skin-tone:dark', 'bbbb');
      assert.equal(told.length, 1);
      await assert.rejects(open('smiles=1'), {
        code: 'unknown-direction',
        message:
          `edit: ${folder} has no direction "smiles". Did you mean "smile"? It has: skin-tone-dark, smile. ` +
          'Make one with langevin directions.',
      });
      await assert.rejects(open('smile,skin-tone:dark'), {
        code: 'bad-option',
        message:
          'edit: directions at one tap can be joined, and these are at mid_block and up_blocks.1. ' +
          'Edit twice, one after the other.',
      });
      await saveDirection(join(folder, 'other.safetensors'), direction('other', { channels: 12 }));
      await assert.rejects(open('other=0'), {
        code: 'bad-direction',
        message:
          'edit: the direction "other" is of 12 numbers at mid_block, and this model has 16 × 4 × 4 there: it was made ' +
          'for another network. Make one with langevin directions.',
      });
      await assert.rejects(openDirections({ ...missing, model: tinyModel(), runtime, warn }), {
        code: 'not-found',
        message: 'edit: there is no folder /no/such/folder of directions. Make one with langevin directions.',
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

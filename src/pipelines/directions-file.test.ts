import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { floats } from '../core/host-array.js';
import { gaussians, key } from '../core/random.js';
import { deltaNet, initialise, writeSafetensors } from '../nn/index.js';
import {
  foreignDirection,
  loadDirection,
  readDirectionBytes,
  type SemanticDirection,
  saveDirection,
  writeDirection,
} from './directions-file.js';

const common = {
  attribute: 'smile',
  tap: 'mid_block',
  model: 'a1b2c3d4e5f6a7b8',
  method: 'mean-difference',
  edit: 0.3,
};
const fixed: SemanticDirection = {
  ...common,
  change: { kind: 'fixed', times: [0.1, 0.5], values: floats([2, 3, 2, 2], gaussians(key(0), 24)) },
  details: { seed: '0', pictures: '64' },
};
const network = deltaNet({ channels: 8, timeFeatures: 4, groups: 2 });
const learned: SemanticDirection = {
  ...common,
  method: 'trained',
  change: { kind: 'function', learned: { network, values: initialise(network.params, key(1)) } },
  details: {},
};

suite('direction files', () => {
  for (const [name, direction] of Object.entries({ fixed, learned })) {
    test(`${name}: written, read and written again are the same bytes`, () => {
      const bytes = writeDirection(direction);
      const back = readDirectionBytes(bytes);
      assert.deepEqual(writeDirection(back), bytes);
      const { change: _, ...facts } = direction;
      const { change: __, ...read } = back;
      assert.deepEqual(read, facts);
    });
  }

  test('numbers and times come back; a function has its config and every parameter', () => {
    const { change } = readDirectionBytes(writeDirection(fixed));
    assert.deepEqual(change, fixed.change);
    const back = readDirectionBytes(writeDirection(learned)).change;
    assert.ok(back.kind === 'function' && learned.change.kind === 'function', 'both are functions');
    assert.deepEqual(back.learned.network.config, network.config);
    for (const [path, value] of learned.change.learned.values) {
      assert.deepEqual(back.learned.values.get(path), value, path);
    }
  });

  test('files, also in half precision', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'langevin-direction-'));
    try {
      const path = join(folder, 'smile.safetensors');
      await saveDirection(path, fixed, { dtype: 'F16' });
      const { change } = await loadDirection(path);
      assert.ok(change.kind === 'fixed' && fixed.change.kind === 'fixed', 'fixed');
      for (const [i, value] of change.values.data.entries()) {
        assert.ok(Math.abs(value - fixed.change.values.data[i]!) < 2e-3, `entry ${i}`);
      }
      assert.ok((await readFile(path)).length < 2000, 'small');
      await writeFile(path, writeSafetensors(new Map([['delta', floats([1, 2])]])));
      await assert.rejects(loadDirection(path), {
        code: 'bad-direction',
        message: `${path}: this is no direction: its metadata lacks "kind". Make one with langevin directions.`,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('what does not fit together is refused', () => {
    const metadata = { ...common, edit: '0', kind: 'fixed' };
    const bytes = writeSafetensors(
      new Map([
        ['delta', floats([2, 3])],
        ['times', floats([1])],
      ]),
      { metadata },
    );
    assert.throws(() => readDirectionBytes(bytes, { name: 'x' }), {
      code: 'bad-direction',
      message:
        'x: delta must be [T, C, H, W] or [T, C] with T times, got [2,3] and [1]. Make one with langevin directions.',
    });
    assert.throws(
      () => readDirectionBytes(writeSafetensors(new Map(), { metadata: { ...metadata, kind: 'function' } })),
      {
        code: 'bad-direction',
        message: 'direction: the config of its function is undefined. Make one with langevin directions.',
      },
    );
  });

  test('a direction of other weights is told', () => {
    assert.equal(foreignDirection(fixed, { hash: common.model }), null);
    assert.equal(
      foreignDirection(fixed, { hash: 'ffffffffffffffff' }),
      'The direction "smile" was found in a model of other weights (a1b2c3d4e5f6 and not ffffffffffff): it may do less, ' +
        'or something else. Find it again with langevin directions.',
    );
  });
});

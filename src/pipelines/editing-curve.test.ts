import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tinyModel } from '../../test/model-fixtures.js';
import { floats } from '../core/host-array.js';
import { key } from '../core/random.js';
import { batchSpace } from '../core/space.js';
import { createRuntime } from '../runtime/node.js';
import { assemble, editingInterval, startingNoise } from '../sampling/index.js';
import { editingCurve } from './editing-curve.js';

test('the curve of a walk: nothing left at the end, most at the start, and an interval out of it', async () => {
  const model = tinyModel();
  const steps = assemble(model.scheme).steps(8);
  const space = batchSpace();
  const start = startingNoise({ steps, like: floats([4, 3, 8, 8]), space, key: key(0) });
  const pixels = {
    name: 'pixels',
    extract: async (pictures: typeof start) => floats([pictures.shape[0]!, 192], pictures.data),
    [Symbol.dispose]() {},
  };
  const runtime = createRuntime({ threads: 1 });
  const curve = await editingCurve({ model, runtime, start, steps: 8, key: key(0), features: pixels });
  assert.equal(curve.length, 9);
  assert.deepEqual(curve[0], { t: 0, clean: 0, noisy: 0 });
  assert.equal(curve.at(-1)!.t, 1);
  for (const { clean, noisy } of curve.slice(1)) assert.ok(clean >= 0 && noisy > 0, `${clean} ${noisy}`);
  // The last expected picture is the final one: trailing steps end in it.
  assert.equal(curve[1]!.clean, 0);
  assert.ok(curve.at(-1)!.clean > 0, 'the first one is not');
  assert.ok(curve[1]!.noisy < curve.at(-1)!.noisy, 'and so does the noisy one');
  const { edit, boost } = editingInterval({ curve, edit: 1e-9, boost: 0.5 });
  assert.ok(edit >= 0 && edit <= 1 && boost >= 0 && boost <= 1, `${edit} ${boost}`);
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { evaluateGraph } from '../../../test/evaluate.js';
import { opCase, worst } from '../../../test/op-cases.js';
import { createRuntime } from '../../runtime/node.js';
import { ops } from './index.js';

const runtime = createRuntime({ threads: 1 });

/** The engine computes what each op means, forward and backward, for every sample of every op. */
for (const name of ops.names) {
  suite(`${name} on onnxruntime-node`, () => {
    for (const i of ops.entries[name].definition.samples.keys()) {
      test(`sample ${i} equals its meaning`, async () => {
        const { outputs, feeds } = opCase(name, i);
        const expected = await evaluateGraph(outputs, feeds);
        using executable = await runtime.compile({ outputs });
        const got = await executable.run(feeds);
        for (const [label, { data }] of Object.entries(expected)) {
          assert.equal(worst(got[label]!.data, data, 2e-5), null, label);
        }
      });
    }
  });
}

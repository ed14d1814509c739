import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graphFlops, partCosts, peakBytes } from '../src/cli/inspect/cost.js';
import { describeNetwork } from '../src/cli/inspect/describe-network.js';
import { input, matmul, relu } from '../src/graph/index.js';
import { countParams, presetConfig, presets, unet2d } from '../src/nn/index.js';
import { cli, events } from './cli-harness.js';

test('bench measures the machine and a network, as JSON', async () => {
  const { code, stdout } = await cli('bench', '--model', 'tiny', '--batch', '2', '--runs', '2', '--classes', '3', '-q');
  assert.equal(code, 0);
  const result = JSON.parse(stdout);
  assert.equal(result.network.parameters, countParams(unet2d(presetConfig('tiny', { classes: 3 })).params));
  for (const { gflops, milliseconds } of [
    result.peak.matmul,
    result.peak.conv,
    result.network.forward,
    result.network.training,
  ]) {
    assert.ok(gflops > 0 && milliseconds.fastest <= milliseconds.median && milliseconds.median <= milliseconds.slowest);
  }
  const [last] = events(await cli('bench', '--model', 'tiny', '--batch', '1', '--runs', '1', '--json')).slice(-1);
  assert.deepEqual([last!['event'], last!['command']], ['result', 'bench']);
});

test('a size that the network cannot have is refused before the machine is measured', async () => {
  const { code, stderr } = await cli('bench', '--model', 'small', '--size', '7', '--runs', '1');
  assert.deepEqual([code, stderr], [2, 'Error: preset small: size must be a multiple of 2, got 7. Choose 8.\n']);
});

test('operations are counted two for a multiply-add', () => {
  const x = input('x', [2, 3]);
  const product = matmul(x, input('w', [3, 4]));
  assert.equal(graphFlops({ outputs: { y: relu(product) } }), 2 * 2 * 3 * 4);
  assert.deepEqual(
    partCosts(
      new Map([
        ['a', product],
        ['b', relu(product)],
      ]),
    ).map(({ flops }) => flops),
    [48, 0],
  );
  // x and w are fed; the product [2, 4] and its relu are alive together.
  assert.equal(peakBytes({ outputs: { y: relu(product) } }), 2 * 8 * 4);
});

for (const name of presets.names) {
  test(`the parts of ${name} add up to the whole`, () => {
    const { parts, parameters, flops } = describeNetwork(unet2d(presetConfig(name, { classes: 4 })));
    assert.equal(
      parts.reduce((sum, part) => sum + part.parameters, 0),
      parameters,
    );
    assert.equal(
      parts.reduce((sum, part) => sum + part.flops, 0),
      flops,
    );
  });
}

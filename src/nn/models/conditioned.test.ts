import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { evaluateGraph } from '../../../test/evaluate.js';
import { floats, gaussians, key, type Shape, sizeOf } from '../../core/index.js';
import { grad, input, square, sum } from '../../graph/index.js';
import { bindParams, initialise, paramEntries } from '../params.js';
import { presetConfig } from '../presets.js';
import { formatConditionConfig, insideOf, outsideOf, parseConditionConfig } from './condition-config.js';
import { conditioned, splitParams } from './conditioned.js';
import { unet2d } from './unet-2d.js';

const noise = (shape: Shape, seed: number) => floats(shape, gaussians(key(seed), sizeOf(shape)));
const vector = parseConditionConfig({ name: 'attributes', kind: 'vector', width: 3, names: ['a:b', 'a:c', 'd:e'] });
const image = parseConditionConfig({ name: 'image:colour', kind: 'image', width: 2 });
const config = presetConfig('tiny');
const shapes = { vector: [2, 3], image: [2, 2, 8, 8] };

for (const condition of [vector, image]) {
  suite(`a network told ${condition.name}`, () => {
    const network = conditioned({ config, condition });
    const values = initialise(network.params, key(1));
    const params = bindParams(network.params, (path, { shape }) => input(path, shape));
    const fed = { ...Object.fromEntries(values), x: noise([2, 3, 8, 8], 2), t: floats([2], [3, 700]) };
    const [sample, timestep] = [input('x', [2, 3, 8, 8]), input('t', [2])];
    const told = input('a', shapes[condition.kind]);
    const run = async (value: ReturnType<typeof noise> | null) => {
      const out = network.apply(params, { sample, timestep, ...(value && { condition: told }) });
      return (await evaluateGraph({ out }, { ...fed, ...(value && { a: value }) }))['out']!;
    };

    test('answers by what it is told; zeros are as if nothing was told', async () => {
      const [free, zeros, some] = [
        await run(null),
        await run(floats(shapes[condition.kind])),
        await run(noise(shapes[condition.kind], 3)),
      ];
      assert.deepEqual(free.shape, [2, 3, 8, 8]);
      assert.deepEqual(zeros.data, free.data);
      assert.notDeepEqual(some.data, free.data);
    });

    test('is a U-Net of diffusers inside, with the parameters of one', () => {
      assert.deepEqual(network.unet, insideOf(config, condition));
      assert.deepEqual(outsideOf(network.unet, condition), network.config);
      const { unet, condition: own } = splitParams(values);
      assert.deepEqual(
        [...unet.keys()],
        paramEntries(unet2d(network.unet).params).map(([path]) => path),
      );
      assert.equal(own.size, condition.kind === 'vector' ? 4 : 0);
    });

    test('the gradient reaches every parameter and what it is told', async () => {
      const own = [...new Map(paramEntries(network.params)).keys()].map((path) => input(path, values.get(path)!.shape));
      const named = new Map(own.map((tensor, i) => [[...values.keys()][i]!, tensor]));
      const bound = bindParams(network.params, (path) => named.get(path)!);
      const out = network.apply(bound, { sample, timestep, condition: told });
      const grads = grad(out, [...own, told], input('w', out.shape));
      const results = await evaluateGraph(Object.fromEntries(grads.map((g, i) => [`g${i}`, sum(square(g))])), {
        ...fed,
        a: noise(shapes[condition.kind], 3),
        w: noise([2, 3, 8, 8], 4),
      });
      for (const [i, name] of [...named.keys(), 'what is told'].entries()) {
        assert.notEqual(Number(results[`g${i}`]!.data[0]), 0, name);
      }
    });

    test('its config comes back from its file', () => {
      const text = formatConditionConfig(condition);
      assert.equal(formatConditionConfig(parseConditionConfig(JSON.parse(text))), text);
    });
  });
}

test('what does not fit is said', () => {
  const refused = (make: () => unknown, message: string): void => assert.throws(make, { message });
  const classes = presetConfig('tiny', { classes: 2 });
  refused(
    () => conditioned({ config: classes, condition: vector }),
    'conditioned: a network is told attributes or classes, not both. Leave num_class_embeds and class_embed_type out.',
  );
  const network = conditioned({ config, condition: vector });
  const params = bindParams(network.params, (path, { shape }) => input(path, shape));
  const [sample, timestep, condition] = [input('x', [2, 3, 8, 8]), input('t', [2]), input('a', [2, 4])];
  refused(
    () => network.apply(params, { sample, timestep, condition }),
    'conditioned: attributes must be float32[2, 3], got float32[2, 4].',
  );
  refused(
    () => parseConditionConfig({ name: 'attributes', width: 2, names: ['a:b'] }),
    'LangevinCondition config: names must be 2, one for each number, got 1.',
  );
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type Shape, sizeOf } from '../core/host-array.js';
import { layoutOf } from './layout.js';

suite('layoutOf', () => {
  test('groups neighbours until a chunk is large enough', () => {
    const parameters = new Map<string, Shape>([
      ['a', [3]],
      ['b', []],
      ['c', [2, 5]],
      ['d', [4]],
    ]);
    assert.deepEqual(layoutOf(parameters, 4), [
      {
        id: '0',
        size: 4,
        parts: [
          { name: 'a', shape: [3], offset: 0 },
          { name: 'b', shape: [], offset: 3 },
        ],
      },
      { id: '1', size: 10, parts: [{ name: 'c', shape: [2, 5], offset: 0 }] },
      { id: '2', size: 4, parts: [{ name: 'd', shape: [4], offset: 0 }] },
    ]);
  });

  test('covers every parameter once, in order, without gaps; only the last chunk may be small', () => {
    const shapes = fc.array(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }), { maxLength: 30 });
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 200 }), (list, least) => {
        const parameters = new Map(list.map((shape, i) => [`p${i}`, shape]));
        const chunks = layoutOf(parameters, least);
        const parts = chunks.flatMap((chunk) => chunk.parts);
        assert.deepEqual(
          parts.map(({ name, shape }) => [name, shape]),
          [...parameters],
        );
        assert.equal(new Set(chunks.map(({ id }) => id)).size, chunks.length);
        for (const [place, { size, parts: own }] of chunks.entries()) {
          let end = 0;
          for (const { offset, shape } of own) {
            assert.equal(offset, end);
            end += sizeOf(shape);
          }
          assert.equal(size, end);
          assert.ok(size >= least || place === chunks.length - 1);
        }
      }),
      { seed: 1 },
    );
  });

  test('no parameters, no chunks', () => assert.deepEqual(layoutOf(new Map()), []));
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type Shape, sizeOf } from '../core/host-array.js';
import { blocksOf, layoutOf } from './layout.js';

suite('layoutOf', () => {
  test('lets large parameters stand alone and joins small ones around them', () => {
    const parameters = new Map<string, Shape>([
      ['a', [3]],
      ['b', []],
      ['c', [2, 5]],
      ['d', [2]],
    ]);
    assert.deepEqual(
      layoutOf(parameters, 6).map(({ parts }) => parts.map(({ name }) => name)),
      [['a', 'b', 'd'], ['c']],
    );
    assert.deepEqual(layoutOf(parameters, 4), [
      {
        id: '0',
        size: 4,
        start: 0,
        parts: [
          { name: 'a', shape: [3], offset: 0 },
          { name: 'b', shape: [], offset: 3 },
        ],
      },
      { id: '1', size: 10, start: 4, parts: [{ name: 'c', shape: [2, 5], offset: 0 }] },
      { id: '2', size: 2, start: 14, parts: [{ name: 'd', shape: [2], offset: 0 }] },
    ]);
  });

  test('covers every parameter once and without gaps; only the last shared chunk may be small', () => {
    const shapes = fc.array(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }), { maxLength: 30 });
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 200 }), (list, least) => {
        const parameters = new Map(list.map((shape, i) => [`p${i}`, shape]));
        const chunks = layoutOf(parameters, least);
        const parts = chunks.flatMap((chunk) => chunk.parts);
        assert.deepEqual(new Map(parts.map(({ name, shape }) => [name, shape])), parameters);
        assert.equal(parts.length, parameters.size);
        const place = new Map([...parameters.keys()].map((name, i) => [name, i]));
        const firsts = chunks.map(({ parts: [first] }) => place.get(first!.name)!);
        assert.deepEqual(
          firsts,
          firsts.toSorted((a, b) => a - b),
        );
        const small = chunks.filter(({ size }) => size < least);
        assert.equal(new Set(chunks.map(({ id }) => id)).size, chunks.length);
        assert.ok(
          small.length <= 1 &&
            small.every(
              (chunk) => chunk === chunks.findLast(({ parts: own }) => own[0] && sizeOf(own[0].shape) < least),
            ),
        );
        let row = 0;
        for (const { size, start, parts: own } of chunks) {
          assert.equal(start, row);
          row += size;
          let end = 0;
          for (const { offset, shape } of own) {
            assert.equal(offset, end);
            end += sizeOf(shape);
          }
          assert.equal(size, end);
          assert.ok(own.length === 1 || own.every(({ shape }) => sizeOf(shape) < least));
        }
      }),
      { seed: 1 },
    );
  });

  test('no parameters, no chunks', () => assert.deepEqual(layoutOf(new Map()), []));
});

suite('blocksOf', () => {
  const of = (size: number, most: number) => blocksOf([{ id: '0', size, start: 0, parts: [] }], most);

  test('what fits is one block without padding', () => {
    assert.deepEqual(of(7, 10), { size: 7, count: 1 });
    assert.deepEqual(of(10, 10), { size: 10, count: 1 });
    assert.deepEqual(blocksOf([]), { size: 0, count: 1 });
  });

  test('else blocks are equal and hold everything with less than one element of padding each', () => {
    assert.deepEqual(of(11, 10), { size: 6, count: 2 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 40 }), (total, most) => {
        const { size, count } = of(total, most);
        assert.ok(size <= most, `blocks of ${size} are over the limit ${most}`);
        assert.ok(size * count >= total && (size - 1) * count < total, `${count} blocks of ${size} for ${total}`);
      }),
      { seed: 2 },
    );
  });
});

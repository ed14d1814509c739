import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type Shape, sizeOf } from '../core/host-array.js';
import { layoutOf, matrixShape, type Run, rowLength } from './layout.js';

suite('layoutOf', () => {
  test('lets large parameters stand alone and joins small ones around them', () => {
    const parameters = new Map<string, Shape>([
      ['a', [3]],
      ['b', []],
      ['c', [2, 5]],
      ['d', [2]],
    ]);
    assert.deepEqual(
      layoutOf(parameters, { least: 6 }).chunks.map(({ parts }) => parts.map(({ name }) => name)),
      [['a', 'b', 'd'], ['c']],
    );
    assert.deepEqual(layoutOf(parameters, { least: 4 }).chunks, [
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
        const { chunks } = layoutOf(parameters, { least });
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

  test('no parameters, no chunks', () => assert.deepEqual(layoutOf(new Map()), { chunks: [], runs: [] }));
});

const one = (size: number, most: number) => layoutOf(new Map([['a', [size]]]), { most }).runs;

suite('runs of elements', () => {
  test('what fits is one piece without padding', () => {
    assert.deepEqual(one(7, 10), [{ matrices: false, start: 0, shape: [7], count: 1 }]);
    assert.deepEqual(one(10, 10), [{ matrices: false, start: 0, shape: [10], count: 1 }]);
  });

  test('else pieces are equal and hold everything with less than one element of padding each', () => {
    assert.deepEqual(one(11, 10), [{ matrices: false, start: 0, shape: [6], count: 2 }]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 40 }), (total, most) => {
        const [{ shape, count }] = one(total, most) as [Run];
        const size = shape[0]!;
        assert.ok(size <= most, `pieces of ${size} are over the limit ${most}`);
        assert.ok(size * count >= total && (size - 1) * count < total, `${count} pieces of ${size} for ${total}`);
      }),
      { seed: 2 },
    );
  });
});

suite('runs of matrices', () => {
  const isMatrix = (_name: string, shape: Shape) => Math.min(...matrixShape(shape)) > 1;

  test('a convolution has a row for each output', () => {
    assert.deepEqual(matrixShape([4, 2, 3, 3]), [4, 18]);
    assert.deepEqual(matrixShape([5]), [5, 1]);
    assert.deepEqual(matrixShape([]), [1, 1]);
  });

  test('those of one shape stand beside each other behind the elements, in as few stacks as the limit lets', () => {
    const parameters = new Map<string, Shape>([
      ['a', [2, 3]],
      ['b', [7]],
      ['c', [2, 3, 1, 1]],
      ['d', [3, 2]],
      ['e', [4]],
      ['f', [2, 3]],
      ['g', [2, 3]],
    ]);
    const { chunks, runs } = layoutOf(parameters, { isMatrix, most: 12 });
    assert.deepEqual(
      chunks.map(({ start, parts }) => [start, parts.map(({ name }) => name).join('')]),
      [
        [11, 'acfg'],
        [0, 'be'],
        [35, 'd'],
      ],
    );
    assert.deepEqual(runs, [
      { matrices: false, start: 0, shape: [11], count: 1 },
      { matrices: true, start: 11, shape: [2, 2, 3], count: 2 },
      { matrices: true, start: 35, shape: [1, 3, 2], count: 1 },
    ]);
    assert.deepEqual([rowLength(runs, false), rowLength(runs, true)], [11, 41]);
  });

  test('every matrix is whole in one piece of its shape, and every element in the row once', () => {
    const shapes = fc.array(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }), { maxLength: 40 });
    const limits = fc.record({ least: fc.integer({ min: 1, max: 100 }), most: fc.integer({ min: 1, max: 300 }) });
    fc.assert(
      fc.property(shapes, limits, (list, { least, most }) => {
        const { chunks, runs } = layoutOf(new Map(list.map((shape, i) => [`p${i}`, shape])), { least, most, isMatrix });
        const owners = new Int32Array(rowLength(runs, true));
        for (const { start, parts } of chunks) {
          for (const { name, shape, offset } of parts) {
            const [from, to] = [start + offset, start + offset + sizeOf(shape)];
            for (let i = from; i < to; i++) owners[i]! += 1;
            const run = runs.find((each) => from >= each.start && to <= each.start + each.count * sizeOf(each.shape))!;
            assert.equal(run.matrices, isMatrix(name, shape));
            if (!run.matrices) continue;
            assert.deepEqual(run.shape.slice(1), matrixShape(shape));
            assert.equal((from - run.start) % sizeOf(shape), 0);
            assert.ok(sizeOf(run.shape) <= most || run.shape[0] === 1);
          }
        }
        const elements = rowLength(runs, false);
        assert.ok(owners.every((count, i) => count === 1 || (count === 0 && i < elements)));
        assert.equal(
          owners.reduce((sum, count) => sum + count, 0),
          list.reduce((sum, shape) => sum + sizeOf(shape), 0),
        );
      }),
      { seed: 3 },
    );
  });
});

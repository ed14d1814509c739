import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Item } from './dataset.js';
import { fingerprintOf } from './fingerprint.js';

const item = (name: string, label: number): Item => ({
  ...{ name, label, caption: '', attributes: [], split: 'train', mirrorable: true },
});

test('a fingerprint changes with names, labels, sides and classes, and with nothing else', () => {
  const classes = ['b', 'c'];
  const items = [item('b/1.png', 0), item('c/1.png', 1)];
  const own = fingerprintOf({ items, classes });
  assert.match(own, /^[0-9a-f]{16}$/);
  assert.equal(fingerprintOf({ items: items.map((one) => ({ ...one, caption: 'other' })), classes }), own);
  const others = [
    fingerprintOf({ items: items.slice(1), classes }),
    fingerprintOf({ items: [...items, item('c/2.png', 1)], classes }),
    fingerprintOf({ items: [item('b/2.png', 0), items[1]!], classes }),
    fingerprintOf({ items: [item('b/1.png', 1), items[1]!], classes }),
    fingerprintOf({ items: [{ ...items[0]!, split: 'val' }, items[1]!], classes }),
    fingerprintOf({ items: items.toReversed(), classes }),
    fingerprintOf({ items, classes: ['c', 'z'] }),
    fingerprintOf({ items, classes: null }),
  ];
  assert.equal(new Set([own, ...others]).size, 9);
});

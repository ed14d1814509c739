import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { inflateSync } from 'node:zlib';

import {
  band,
  bars,
  categories,
  channels,
  cividis,
  contourSegments,
  contours,
  contrast,
  extentOf,
  gridOf,
  gridPlaces,
  heatMap,
  line,
  luminance,
  type Mark,
  panels,
  paths,
  plot,
  pngUri,
  quiver,
  rule,
  scale,
  scatter,
  themes,
  ticks,
  tickText,
  viridis,
} from './index.js';

/** Elements that are opened are closed, in order, and no attribute is there twice. */
function wellFormed(svg: string): void {
  const open: string[] = [];
  const tags = svg
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .matchAll(/<(\/?)([\w]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|<|>/g);
  for (const [all, closes, name, attributes = '', empty] of tags) {
    assert.ok(name !== undefined, `stray ${all} in ${svg.slice(0, 200)}`);
    const names = [...attributes.matchAll(/([\w:-]+)="/g)].map(([, key]) => key);
    assert.equal(new Set(names).size, names.length, all);
    if (closes) assert.equal(open.pop(), name);
    else if (!empty) open.push(name);
  }
  assert.deepEqual(open, []);
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
}

/** What a mark draws where data and pixels are the same, y upwards excepted. */
const drawn = (mark: Mark): string =>
  mark.draw({ x: scale({ domain: [0, 100], range: [0, 100] }), y: scale({ domain: [0, 100], range: [100, 0] }) });

const square = { x: [0, 1], y: [0, 1], columns: 30, rows: 30 } as const;
const hill = gridOf(square, (x, y) => Math.exp(-((x - 0.5) ** 2 + (y - 0.5) ** 2) / 0.05));

/** One of every mark, with numbers that are none among its data. */
const every: Readonly<Record<string, Mark>> = {
  scatter: scatter({ points: [0, 1, Number.NaN, 2, 3, 4], label: 'a & b' }),
  line: line({ x: [0, 1, 2, 3], y: [1, Number.NaN, Infinity, 2], label: '<line>' }),
  band: band({ x: [0, 1, 2], low: [0, Number.NaN, 1], high: [1, 2, 3], label: 'band' }),
  paths: paths({ paths: [[0, 0, 1, 1], [], [Number.NaN, 0, 1, 2]], ends: 'both', label: 'paths' }),
  quiver: quiver({ at: [0, 0, 1, 1, 2, 2], vectors: [1, 0, 0, 0, Number.NaN, 1], longest: 1, colour: viridis }),
  'heat map': heatMap({ field: hill }),
  contours: contours({ field: hill, label: 'level' }),
  bars: bars({ edges: [0, 1, 2], values: [1, Number.NaN], label: 'bars', hint: String }),
  rule: rule({ y: 1, text: 'one' }),
};

suite('drawings', () => {
  for (const [name, mark] of Object.entries(every)) {
    test(`${name} is well-formed, whatever is in the data`, () => {
      wellFormed(plot({ title: 'a "title" & more', x: { label: 'x' }, y: { label: 'y' }, marks: [mark] }));
    });
  }

  test('panels are well-formed, with one legend line per name', () => {
    const one = { title: 'one', equal: true, marks: [heatMap({ field: hill }), contours({ field: hill })] };
    const two = {
      title: 'two',
      marks: [line({ x: [1, 2], y: [1, 2], label: 'same' }), line({ x: [1, 2], y: [2, 1], label: 'same' })],
    };
    const svg = panels([one, two, one, two], { title: 'all', columns: 3, colourBar: { label: 'p', domain: [0, 1] } });
    wellFormed(svg);
    assert.equal(svg.match(/>same</g)!.length, 1);
  });

  test('nothing to draw is an empty drawing', () => {
    wellFormed(plot({ marks: [] }));
    wellFormed(plot({ marks: [scatter({ points: [] }), line({ x: [], y: [] }), paths({ paths: [] })] }));
    wellFormed(plot({ y: { kind: 'log' }, marks: [line({ x: [0, 1], y: [0, 0] })] }));
    wellFormed(plot({ marks: [scatter({ points: [3, 3] })] }));
  });

  test('the same data is the same drawing', () => {
    const make = () => plot({ title: 't', marks: Object.values(every) });
    assert.equal(make(), make());
  });

  test('equal axes have equal units', () => {
    const svg = plot({ equal: true, x: { domain: [0, 4] }, y: { domain: [0, 1] }, marks: [] });
    const [, width, height] = /class="lp-frame" x="[\d.]+" y="[\d.]+" width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
    assert.ok(Math.abs(Number(width) / Number(height) - 4) < 0.01);
  });
});

suite('marks are where they must be', () => {
  test('points, lines, bands, paths', () => {
    assert.match(drawn(scatter({ points: [10, 20], opacity: 1 })), /d="M10 80h0"/);
    assert.match(drawn(line({ x: [0, 10, 20], y: [0, 5, 50] })), /d="M0 100L10 95L20 50"/);
    assert.match(drawn(line({ x: [0, 10, 20, 30], y: [0, Number.NaN, 50, 60] })), /d="M0 100M20 50L30 40"/);
    assert.match(drawn(band({ x: [0, 10], low: [0, 10], high: [20, 30] })), /d="M0 80L10 70L10 90L0 100Z"/);
    assert.match(drawn(paths({ paths: [[0, 0, 10, 10]], ends: 'last' })), /d="M0 100L10 90"[\s\S]*d="M10 90h0"/);
  });

  test('all dots of a crowd are drawn once', () => {
    const points = Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? i / 20 : 50));
    const svg = drawn(scatter({ points }));
    assert.equal(svg.match(/h0/g)!.length, 1000);
  });

  test('bars stand on zero, also below it', () => {
    const svg = drawn(bars({ edges: [0, 10, 20], values: [30, 50], fill: 0.5 }));
    assert.match(svg, /x="2.5" y="70" width="5" height="30"/);
  });

  test('arrows start at their place, the longest as long as told, others by the root', () => {
    const svg = drawn(quiver({ at: [10, 10, 50, 50], vectors: [4, 0, 0, 1], longest: 20 }));
    assert.match(svg, /M10 90L30 90/);
    assert.match(svg, /M50 50L50 40/); // √(1/4)·20 = 10
  });

  test('grids have their places in the middle of cells', () => {
    assert.deepEqual([...gridPlaces({ x: [0, 2], y: [0, 1], columns: 2, rows: 1 })], [0.5, 0.5, 1.5, 0.5]);
    const { values } = gridOf({ x: [0, 2], y: [0, 2], columns: 2, rows: 2 }, (x, y) => x + 10 * y);
    assert.deepEqual([...(values as Float64Array)], [5.5, 6.5, 15.5, 16.5]);
  });

  test('contours of a circle lie on the circle', () => {
    const field = gridOf({ x: [-1, 1], y: [-1, 1], columns: 60, rows: 60 }, (x, y) => x * x + y * y);
    const pieces = contourSegments(field, 0.49);
    assert.ok(pieces.length > 50);
    for (const [x, y, u, v] of pieces) {
      assert.ok(Math.abs(Math.hypot(x, y) - 0.7) < 1e-3 && Math.abs(Math.hypot(u, v) - 0.7) < 1e-3);
    }
    const length = pieces.reduce((sum, [x, y, u, v]) => sum + Math.hypot(u - x, v - y), 0);
    assert.ok(Math.abs(length - 2 * Math.PI * 0.7) < 0.01, `${length}`);
  });

  test('a saddle has two pieces that do not cross', () => {
    const field = { x: [0, 2], y: [0, 2], columns: 2, rows: 2, values: [1, 0, 0, 1] } as const;
    assert.equal(contourSegments(field, 0.4).length, 2);
    assert.equal(contourSegments(field, 0.6).length, 2);
  });
});

suite('heat maps', () => {
  test('hold a PNG that zlib and its checksums accept', () => {
    const palette = [
      [0, 0, 0],
      [255, 128, 1],
    ];
    const uri = pngUri({ width: 3, height: 2, palette, pixels: Uint8Array.of(0, 1, 0, 1, 0, 1) });
    const bytes = Buffer.from(uri.slice('data:image/png;base64,'.length), 'base64');
    const chunks: Record<string, Buffer> = {};
    for (let at = 8; at < bytes.length; ) {
      const size = bytes.readUInt32BE(at);
      chunks[bytes.toString('latin1', at + 4, at + 8)] = bytes.subarray(at + 8, at + 8 + size);
      at += 12 + size;
    }
    assert.deepEqual([chunks['IHDR']!.readUInt32BE(0), chunks['IHDR']!.readUInt32BE(4)], [3, 2]);
    assert.deepEqual([...inflateSync(chunks['IDAT']!)], [0, 0, 1, 0, 0, 1, 0, 1]);
    assert.deepEqual([...chunks['PLTE']!], palette.flat());
  });

  test('are upright: the first row is at the low end of y', () => {
    const field = { x: [0, 1], y: [0, 1], columns: 1, rows: 2, values: [0, 1] } as const;
    const [, data] = /base64,([^"]+)"/.exec(drawn(heatMap({ field })))!;
    const bytes = Buffer.from(data!, 'base64');
    const at = bytes.indexOf('IDAT');
    const raw = inflateSync(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4)));
    assert.deepEqual([...raw], [0, 255, 0, 0]);
  });
});

suite('axes', () => {
  test('ticks are round, inside, and as many as asked for, about', () => {
    assert.deepEqual(ticks([0, 1], { count: 5 }), [0, 0.2, 0.4, 0.6, 0.8, 1]);
    assert.deepEqual(ticks([-1.1, 1.1], { count: 4 }), [-1, -0.5, 0, 0.5, 1]);
    assert.deepEqual(ticks([1, 1e6], { kind: 'log', count: 6 }), [1, 10, 100, 1000, 1e4, 1e5, 1e6]);
    assert.deepEqual(ticks([0.3, 4], { kind: 'log' }), [0.5, 1, 2]);
    for (const span of [1e-9, 0.037, 1, 7, 1234, 3e8]) {
      const found = ticks([-0.3 * span, 0.7 * span], { count: 5 });
      assert.ok(found.length >= 3 && found.length <= 8, `${span}: ${found.length}`);
      assert.ok(found.every((v) => v >= -0.3 * span - 1e-9 * span && v <= 0.7 * span + 1e-9 * span));
    }
    assert.deepEqual(ticks([2, 2]), [2]);
  });

  test('numbers are written for people', () => {
    const written = [0, -0.25, 1234567, 20000, 1e-5, -2e-7, 0.1 + 0.2].map(tickText);
    assert.deepEqual(written, ['0', '−0.25', '1.23·10⁶', '20,000', '10⁻⁵', '−2·10⁻⁷', '0.3']);
  });

  test('scales map ends to ends; extents leave out what is no number', () => {
    const log = scale({ kind: 'log', domain: [1, 100], range: [0, 10] });
    assert.deepEqual([log(1), log(10), log(100)], [0, 5, 10]);
    assert.ok(Number.isFinite(log(0)));
    assert.deepEqual(extentOf([3, Number.NaN, -1, Infinity]), [-1, 3]);
    assert.equal(extentOf([Number.NaN]), null);
  });
});

/** L*, a*, b* of CIE 1976 under D65. */
function lab(linear: readonly number[]): readonly number[] {
  const [r = 0, g = 0, b = 0] = linear;
  const f = (v: number): number => (v > 216 / 24389 ? Math.cbrt(v) : ((24389 / 27) * v + 16) / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const linearOf = (colour: string): readonly number[] =>
  channels(colour).map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));

/** How colours look to people without one kind of cone. Machado et al. 2009 (IEEE TVCG 15:1291), severity 1. */
const visions: Readonly<Record<string, readonly (readonly number[])[]>> = {
  all: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

suite('colours', () => {
  test('text and lines stand out from both grounds', () => {
    for (const { ground, ink, soft } of Object.values(themes)) {
      assert.ok(contrast(ink, ground) >= 7 && contrast(soft, ground) >= 4.5);
      for (const colour of categories.slice(0, 4))
        assert.ok(contrast(colour, ground) >= 2.95, `${colour} on ${ground}`);
    }
  });

  for (const [vision, matrix] of Object.entries(visions)) {
    test(`categories can be told apart: ${vision}`, () => {
      const seen = categories.map((colour) => {
        const rgb = linearOf(colour);
        return lab(
          matrix.map((row) =>
            Math.min(
              1,
              Math.max(
                0,
                row.reduce((sum, m, i) => sum + m * rgb[i]!, 0),
              ),
            ),
          ),
        );
      });
      for (const [i, a] of seen.entries()) {
        for (const b of seen.slice(0, i)) {
          const distance = Math.hypot(...a.map((v, k) => v - b[k]!));
          assert.ok(distance > 9, `${i}: ${distance}`);
        }
      }
    });
  }

  for (const [name, map] of Object.entries({ viridis, cividis })) {
    test(`${name} rises in lightness by even steps`, () => {
      const lightness = Array.from({ length: 21 }, (_, i) => lab(linearOf(map(i / 20)))[0]!);
      const steps = lightness.slice(1).map((value, i) => value - lightness[i]!);
      const mean = (lightness[20]! - lightness[0]!) / 20;
      assert.ok(
        steps.every((step) => step > 0.5 * mean && step < 1.6 * mean),
        steps.map((s) => s.toFixed(1)).join(' '),
      );
      assert.deepEqual([map(-1), map(2)], [map(0), map(1)]);
    });
  }

  test('luminance of black, white and grey', () => {
    assert.deepEqual([luminance('#000000'), luminance('#ffffff')], [0, 1]);
    assert.ok(Math.abs(luminance('#777777') - 0.1845) < 1e-3);
  });
});

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runDemo } from '../src/cli/demo/run-demo.js';
import { bars, lossCurve } from '../src/cli/report/charts.js';
import { dataUri, escape } from '../src/cli/report/html.js';
import { createOutput } from '../src/cli/terminal/output.js';
import { createRuntime } from '../src/runtime/node.js';
import { cli, withDirectory } from './cli-harness.js';
import { brief, writePictures } from './cli-pictures.js';

test('the demo trains, samples from two models and writes one file that needs nothing else', () =>
  withDirectory(async (directory) => {
    const [pictures, root] = [join(directory, 'pictures'), join(directory, 'demo')];
    await writePictures(pictures);
    await cli('train', ...brief(pictures, join(directory, 'other')), '--steps', '1');
    let said = '';
    const stream = { write: (text: string) => (said += text), on: () => undefined, listeners: () => [] };
    const out = createOutput({ stdout: stream, stderr: stream, environment: {}, json: false, quiet: false });
    const given = { root, runtime: createRuntime({ threads: 1 }), out, signal: new AbortController().signal };
    const training = { data: pictures, size: 8, model: 'tiny', batch: 4, steps: 20, minutes: 1, warmup: 2 } as const;
    const settings = { ...training, previewEvery: 5, validateEvery: 10, checkpointEvery: 0 };
    const result = await runDemo({
      ...given,
      training: settings,
      sampling: { steps: 4 },
      shipped: join(directory, 'other'),
    });
    assert.deepEqual([result.step, result.shipped], [20, true]);
    const names = ['classes.gif', 'classes.png', 'faces.gif', 'faces.png', 'report.html', 'training'];
    assert.deepEqual(readdirSync(root).sort(), names);

    const html = readFileSync(result.report, 'utf8');
    assert.doesNotMatch(html, /<(script|link|iframe)|(src|href)="(?!data:)|url\((?!#)|@import/);
    assert.equal(html.match(/<img /g)!.length, 64 + 1 + 3 + 2 + 1);
    assert.match(html, /From noise to picture in 4 steps of ddim/);
    assert.match(html, /langevin train --data \S+ --size 8 --model tiny --steps 20 --minutes 1 --batch 4/);
    assert.equal(said.match(/^[123] of 3 /gm)!.length, 3);

    const again = await runDemo({
      ...given,
      training: { ...settings, steps: 2 },
      sampling: { steps: 2 },
      shipped: null,
    });
    assert.deepEqual([again.step, again.shipped], [2, false]);
    assert.match(said, /There is no models\/emoji-32 here, so the shipped model is left out/);
    assert.match(readFileSync(again.report, 'utf8'), /It is not installed here/);
  }));

test('a model to show beside it is looked at before anything is trained', async () => {
  const { code, stderr } = await cli('demo', '--model', '/nowhere', '--out', '/nowhere-either');
  assert.deepEqual([code, stderr], [1, 'Error: There is no folder /nowhere. Name a model folder or a training run.\n']);
});

test('charts survive what training may bring', () => {
  for (const value of [0, 1e-9, 0.3, 12345]) {
    const losses = Array.from({ length: 1000 }, (_, step) => ({ step, value }));
    const chart = lossCurve({ losses, heldOut: [{ step: 500, value }] });
    assert.doesNotMatch(chart, /NaN|Infinity/);
    assert.ok(chart.length < 20_000);
  }
  assert.doesNotMatch(lossCurve({ losses: [{ step: 1, value: 1 }], heldOut: [] }), /NaN|Infinity/);
  assert.doesNotMatch(lossCurve({ losses: [], heldOut: [] }), /NaN|Infinity/);
  const drawn = bars([1, 2, 3], ['a', 'b']);
  assert.equal(drawn.match(/<title>/g)!.length, 3);
  for (const end of ['a', 'b']) assert.match(drawn, new RegExp(`>${end}</text>`));
});

test('text is escaped, bytes are inlined', () => {
  assert.equal(escape('<a href="x">&\'</a>'), '&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;');
  assert.equal(dataUri(Uint8Array.of(1, 2, 3), 'image/png'), 'data:image/png;base64,AQID');
});

import assert from 'node:assert/strict';
import { mock, suite, test } from 'node:test';
import { listenForInterrupt } from '../src/cli/interrupt.js';
import { bytes, count, duration, figure, plural, short, table, wrap } from '../src/cli/terminal/format.js';
import { createOutput } from '../src/cli/terminal/output.js';
import { paint } from '../src/cli/terminal/paint.js';
import { bar, createMeter, line } from '../src/cli/terminal/progress.js';

test('numbers for people', () => {
  assert.deepEqual([0, 59.6, 754, 12301].map(duration), ['0:00', '1:00', '12:34', '3:25:01']);
  assert.deepEqual([1234.5, 12.345, 0.01234, 0, 1.2e-7, Number.NaN].map(figure), [
    '1235',
    '12.3',
    '0.0123',
    '0',
    '1.2e-7',
    'NaN',
  ]);
  assert.deepEqual([7, 1234567].map(count), ['7', '1,234,567']);
  assert.deepEqual([789, 45600, 1_230_000, 999_600].map(short), ['789', '45.6 k', '1.23 M', '1.00 M']);
  assert.deepEqual([12, 12_300_000].map(bytes), ['12 B', '12.3 MB']);
  assert.deepEqual(
    [1, 2].map((n) => plural(n, 'step')),
    ['1 step', '2 steps'],
  );
});

test('text is broken at spaces', () => {
  assert.equal(wrap('one two three', { width: 9, indent: 2 }), 'one two\n  three');
});

test('tables align numbers to the right', () => {
  assert.equal(
    table([
      ['name', 'size'],
      ['a', 1],
      ['long', 100],
    ]),
    'name  size\na        1\nlong   100',
  );
});

test('colour on a terminal only, and not with NO_COLOR', () => {
  const red = (isTty: boolean, environment = {}) => paint({ isTty, environment }).red('x');
  assert.equal(red(true), '\u001b[31mx\u001b[39m');
  assert.equal(red(false), 'x');
  assert.equal(red(true, { NO_COLOR: '1' }), 'x');
  assert.equal(red(true, { TERM: 'dumb' }), 'x');
});

suite('progress', () => {
  test('rate and time left come from the last seconds', () => {
    let now = 100;
    const meter = createMeter({ what: 'Training', total: 1000, unit: 'steps', from: 500 }, () => now);
    assert.equal(meter(500).rate, null);
    now += 10;
    const status = meter(600, { loss: 0.12345 });
    assert.equal(status.rate, 10);
    assert.equal(status.left, 40);
    assert.equal(line(status), 'Training: 60 %, 600/1,000 steps, 10/s, 0:40 left, loss 0.123');
    now += 100;
    meter(600);
    now += 1;
    assert.ok(meter(601).rate! <= 1, 'an old burst is forgotten');
  });

  test('a time limit counts like a number of steps', () => {
    let now = 0;
    const meter = createMeter({ what: 'Training', total: null, seconds: 60 }, () => now);
    now = 15;
    const { fraction, left } = meter(30);
    assert.deepEqual([fraction, left], [0.25, 45]);
  });

  test('the bar fits its terminal', () => {
    let now = 0;
    const meter = createMeter({ what: 'Training', total: 10, unit: 'steps' }, () => now);
    now = 1;
    const status = meter(5, { loss: 0.5, 'gradient norm': 1.25 });
    const plain = paint({ isTty: false, environment: {} });
    for (const columns of [30, 50, 80, 200]) assert.ok(bar(status, columns, plain).length <= columns, String(columns));
    assert.equal(
      bar(status, 200, plain),
      'Training  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━   50 %  5/10 steps  5/s  0:01 left  loss 0.5  gradient norm 1.25',
    );
  });
});

suite('output', () => {
  const speak = (options: { isTTY?: boolean; json?: boolean; quiet?: boolean }) => {
    const texts = { stdout: '', stderr: '' };
    const stream = (name: 'stdout' | 'stderr') => ({
      isTTY: options.isTTY ?? false,
      columns: 80,
      write: (text: string) => (texts[name] += text),
      on: () => undefined,
      listeners: () => [],
    });
    const { json = false, quiet = false } = options;
    const out = createOutput({
      stdout: stream('stdout'),
      stderr: stream('stderr'),
      environment: { NO_COLOR: '1' },
      json,
      quiet,
    });
    const progress = out.progress({ what: 'Reading', total: 2, unit: 'files' });
    progress.update(1);
    out.say('by the way');
    progress.update(2);
    progress.end();
    progress.end();
    out.warn('careful');
    out.print('result');
    out.event('result', { ok: true });
    return texts;
  };

  test('results on stdout, remarks on stderr; work of a moment needs no line', () => {
    const { stdout, stderr } = speak({});
    assert.equal(stdout, 'result\n');
    assert.match(stderr, /^by the way\nNote: careful\n$/);
  });

  test('on a terminal remarks stand above the bar', () => {
    const { stderr } = speak({ isTTY: true });
    assert.match(stderr, /\r\u001b\[2Kby the way\nReading {2}━/);
  });

  test('quiet leaves results and warnings', () => {
    assert.deepEqual(speak({ quiet: true }), { stdout: 'result\n', stderr: 'Note: careful\n' });
  });

  test('quiet leaves warnings and the result of lines of JSON, too', () => {
    const { stdout, stderr } = speak({ json: true, quiet: true });
    const lines = stdout.trim().split('\n');
    assert.deepEqual(
      lines.map((text) => (JSON.parse(text) as { event: string }).event),
      ['warning', 'result'],
    );
    assert.equal(stderr, '');
  });

  test('with json stdout is nothing but lines of JSON', () => {
    const { stdout, stderr } = speak({ json: true });
    const lines = stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text));
    assert.deepEqual(
      lines.map(({ event }) => event),
      ['progress', 'note', 'progress', 'warning', 'result'],
    );
    assert.equal(stderr, '');
  });
});

test('the first Ctrl-C asks to stop, the second ends the process, and afterwards nobody listens', () => {
  const exit = mock.method(process, 'exit', () => undefined as never);
  const before = process.listenerCount('SIGINT');
  {
    let told = 0;
    using interrupt = listenForInterrupt(() => told++);
    process.emit('SIGINT');
    assert.deepEqual([interrupt.signal.aborted, told, exit.mock.callCount()], [true, 1, 0]);
    process.emit('SIGINT');
    assert.deepEqual([told, exit.mock.calls.map((call) => call.arguments)], [1, [[130]]]);
  }
  assert.equal(process.listenerCount('SIGINT'), before);
  exit.mock.restore();
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { commands } from '../src/cli/commands/index.js';
import { exitCodeOf, messageOf } from '../src/cli/failure.js';
import { flagOf } from '../src/cli/parse.js';
import { ToolkitError } from '../src/core/errors.js';
import { cli, events } from './cli-harness.js';

const everywhere = '--json, --quiet, --threads, --device, --debug, --help, --version';
const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));

async function refused(argv: readonly string[], message: string): Promise<void> {
  const { code, stdout, stderr } = await cli(...argv);
  assert.equal(stderr, `Error: ${message}\n`);
  assert.equal(stdout, '');
  assert.equal(code, 2);
}

suite('help', () => {
  test('no command shows the list of commands, with a sentence for each', async () => {
    const { code, stdout, stderr } = await cli();
    assert.equal(code, 0);
    assert.equal(stderr, '');
    for (const [name, { summary }] of Object.entries(commands.entries)) {
      assert.match(stdout, new RegExp(`^  ${name} +${summary.replace(/[.[\]]/g, '\\$&')}$`, 'm'));
    }
  });

  for (const [name, command] of Object.entries(commands.entries)) {
    test(`${name} --help shows every option, argument and example`, async () => {
      const { code, stdout } = await cli(name, '--help');
      assert.equal(code, 0);
      assert.ok(stdout.startsWith(`langevin ${name}: ${command.summary}\n`));
      for (const [option, spec] of Object.entries(command.options)) {
        const negated = spec.kind === 'flag' && spec.default;
        assert.ok(stdout.includes(negated ? flagOf(option).replace('--', '--no-') : flagOf(option)), option);
      }
      for (const { placeholder } of Object.values(command.arguments)) assert.ok(stdout.includes(placeholder));
      assert.ok(command.examples.length > 0);
      for (const example of command.examples) assert.ok(stdout.includes(`  ${example}\n`));
      for (const line of stdout.split('\n')) assert.ok(line.length <= 100 || !line.includes('. '), line);
      assert.equal((await cli('help', name)).stdout, stdout);
    });

    test(`the examples of ${name} are well-formed`, async () => {
      for (const example of command.examples) {
        const [program, own, ...rest] = example.split(' ');
        assert.deepEqual([program, own], ['langevin', name]);
        assert.equal((await cli(name, ...rest, '--help')).code, 0, example);
      }
    });

    test(`${name}: an option has the letter that it has everywhere`, () => {
      const letters = { c: 'class', g: 'guidance', i: 'in', m: 'mask', n: 'count', o: 'out', s: 'seed', w: 'with' };
      const own = Object.entries(letters).filter(([, option]) => Object.hasOwn(command.options, option));
      assert.deepEqual({ ...command.short }, Object.fromEntries(own));
    });

    test(`${name}: options do not hide those of every command`, () => {
      for (const option of Object.keys(command.options)) assert.ok(!everywhere.includes(flagOf(option)), option);
    });
  }

  test('--version', async () => {
    for (const argv of [['--version'], ['-V'], ['forward', '--version']]) {
      assert.deepEqual(await cli(...argv), { code: 0, stdout: `langevin ${version}\n`, stderr: '' });
    }
  });
});

suite('wrong command lines', () => {
  const known = commands.names.join(', ');
  const list = 'langevin forward --help lists all that there are.';
  const ofReplay = 'langevin replay --help lists all that there are.';

  test('an unknown command suggests the nearest', async () => {
    await refused(['forwad'], `Unknown command "forwad". Did you mean "forward"? Known: ${known}.`);
    await refused(['constructor'], `Unknown command "constructor". Known: ${known}.`);
  });

  test('an unknown option suggests the nearest', async () => {
    await refused(['forward', 'x', '--inn', 'y'], `forward has no option --inn. Did you mean "--in"? ${list}`);
    await refused(
      ['replay', 'x', '--surce', 'y'],
      `replay has no option --surce. Did you mean "--source"? ${ofReplay}`,
    );
    await refused(['replay', 'x', '--nope'], `replay has no option --nope. ${ofReplay}`); // not --model
    await refused(['forward', 'x', '--no-such-thing'], `forward has no option --no-such-thing. ${list}`);
    await refused(['forward', 'x', '-z'], `forward has no option -z. Of one letter it has -h, -q, -V, -i, -o. ${list}`);
    await refused(
      ['--jsn'],
      'langevin has no option --jsn. Did you mean "--json"? langevin --help lists all that there are.',
    );
  });

  test('values that are missing, superfluous or out of range are named as they are written', async () => {
    await refused(['forward', 'x', '--in'], 'forward: --in needs a value, FILE.');
    await refused(['forward', 'x', '--in', '--grads'], 'forward: --in needs a value, FILE.');
    await refused(['forward', 'x', '--debug=1'], 'forward: --debug is on or off and takes no value.');
    await refused(['forward', 'x', '--threads'], 'forward: --threads needs a value, an integer in [0, 256].');
    await refused(
      ['forward', 'x', '--threads', 'two'],
      'forward: --threads must be an integer in [0, 256], got "two".',
    );
    await refused(['forward', 'x', '--threads=1.5'], 'forward: --threads must be an integer in [0, 256], got 1.5.');
    await refused(['forward', 'x', '--threads', '-1'], 'forward: --threads must be an integer in [0, 256], got -1.');
    await refused(['--threads', '-1', 'forward'], 'langevin: --threads must be an integer in [0, 256], got -1.');
    await refused(['forward', 'x', '--threads='], 'forward: --threads must be an integer in [0, 256], got "".');
    await refused(
      ['forward', 'x', '--device', 'gpu'],
      'forward: --device must be one of cpu, webgpu, cuda, coreml, dml, reference, got "gpu". Did you mean "webgpu"?',
    );
  });

  test('arguments that are missing or too many', async () => {
    await refused(['forward'], 'forward needs MODEL: a model folder, the folder of its unet, or a training run.');
    await refused(['forward', 'a', 'b'], 'forward takes MODEL, got "b" as well.');
    await refused(['forward', '--', '--in', '-x'], 'forward takes MODEL, got "-x" as well.');
    await refused(['forward', 'model'], 'forward needs --in FILE and --out FILE.');
  });

  test('with --json the error is an event on stdout as well', async () => {
    const outcome = await cli('--json', 'forward');
    const message = 'forward needs MODEL: a model folder, the folder of its unet, or a training run.';
    assert.deepEqual(events(outcome), [{ event: 'error', code: 2, message }]);
    assert.equal(outcome.stderr, `Error: ${message}\n`);
  });

  test('a stack trace only with --debug', async () => {
    assert.doesNotMatch((await cli('forward')).stderr, /\n\s+at /);
    assert.match((await cli('forward', '--debug')).stderr, /ToolkitError: forward needs MODEL.*\n\s+at /s);
  });
});

test('a reader that goes away ends nothing with a noise', async () => {
  const root = new URL('..', import.meta.url);
  const script = `const { main } = await import('./src/cli/main.ts');
    process.stdout.on('error', () => {});
    for (let i = 0; i < 300; i++) await main(['--help']);
    process.exitCode = await main(['--help']);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], { cwd: root });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  child.stdout.once('data', () => child.stdout.destroy());
  const [code] = await once(child, 'close');
  assert.equal(stderr, '');
  assert.equal(code, 0);
});

test('a name that leads nowhere is a sentence wherever it comes from', () => {
  const error = Object.assign(new Error("ENOENT: no such file or directory, stat 'x.png'"), {
    code: 'ENOENT',
    path: 'x.png',
  });
  assert.equal(messageOf(error), 'There is no x.png, or it is a link that leads nowhere. Check the name.');
});

test('a name that nobody knows is bad usage, whatever it is a name of; what a file lacks is not', () => {
  const codes = (...names: readonly string[]) => names.map((code) => exitCodeOf(new ToolkitError(code, 'No.')));
  assert.deepEqual(codes('unknown-sampler', 'unknown-attribute', 'unknown-direction', 'unknown-class'), [2, 2, 2, 2]);
  assert.deepEqual(codes('unknown-input', 'unknown-scheduler', 'not-found', 'internal'), [1, 1, 1, 1]);
});

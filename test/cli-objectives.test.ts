import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { levelSamplers, objectives, weightings } from '../src/diffusion/index.js';
import { presetConfig, readSafetensors } from '../src/nn/index.js';
import { cli, trainedState } from './cli-harness.js';
import { pictureFolder } from './cli-pictures.js';

const { place, plain, options: pictures } = await pictureFolder('objectives');
await writeFile(place('three.json'), JSON.stringify(presetConfig('tiny', {})));

const points = (name: string): readonly string[] => [
  ...['--data', '2d:moons', '--model', 'mlp-small', '--batch', '16', '--warmup', '2', '--threads', '1'],
  ...['--preview-every', '0', '--validate-every', '0', '--out', place(name)],
];

const checkpoint = (name: string, step: number): string =>
  join(place(name), 'checkpoints', `step-${String(step).padStart(9, '0')}`);
const state = (name: string, step: number) => trainedState(place(name), step);
const json = (...path: readonly string[]): Record<string, unknown> =>
  JSON.parse(readFileSync(join(...path), 'utf8')) as Record<string, unknown>;

async function trains(name: string, argv: readonly string[]): Promise<void> {
  const { code, stderr } = await cli('train', ...argv, '--steps', '4', '-q');
  assert.equal(code, 0, `${name}: ${stderr}`);
  assert.ok(existsSync(join(place(name), 'model', 'README.md')));
}

suite('every loss, weighting and level sampler trains from the command line', () => {
  const runs: Readonly<Record<string, readonly string[]>> = {
    denoising: ['--loss', 'denoising', '--weighting', 'edm', '--levels', 'log-normal:mean=-1'],
    explicit: ['--loss', 'explicit', '--condition', 'none', '--levels', 'logit-normal'],
    implicit: ['--loss', 'implicit', '--weighting', 'soft-min-snr'],
    sliced: ['--loss', 'sliced:directions=gaussian', '--prediction', 'epsilon'],
    vlb: ['--loss', 'vlb', '--levels', 'loss-second-moment:parts=4,memory=1'],
    fixed: ['--loss', 'vlb:variance=fixed-small', '--prediction', 'x0'],
    hybrid: ['--loss', 'hybrid', '--weighting', 'p2:gamma=0.5'],
    uncertainty: ['--loss', 'simple:error=huber,delta=0.3', '--weighting', 'uncertainty:waves=8'],
    likelihood: ['--weighting', 'likelihood', '--levels', 'loss-second-moment:parts=4,memory=1'],
    noisy: ['--offset-noise', '0.1', '--input-perturbation', '0.1', '--self-conditioning'],
  };
  for (const [name, argv] of Object.entries(runs)) {
    test(`points: ${name}`, async () => await trains(name, [...points(name), ...argv]));
  }

  for (const name of ['hybrid', 'sliced'] as const) {
    test(`pictures: ${name}`, async () =>
      await trains(`pictures-${name}`, [...pictures(`pictures-${name}`), '--loss', name]));
  }
});

suite('levels of any kind, from training to points', () => {
  const runs: Readonly<Record<string, { readonly train: readonly string[]; readonly sample: readonly string[] }>> = {
    'noise-conditional score network': {
      train: ['--schedule', 've:sigmaMin=0.01,sigmaMax=10', '--precondition', 've', '--loss', 'denoising'],
      sample: ['--sampler', 'annealed-langevin'],
    },
    EDM: {
      train: ['--schedule', 've:sigmaMax=20', '--precondition', 'edm', '--weighting', 'edm', '--levels', 'log-normal'],
      sample: ['--sampler', 'heun'],
    },
    flow: {
      train: ['--schedule', 'straight', '--prediction', 'flow', '--levels', 'loss-second-moment:parts=2,memory=1'],
      sample: ['--sampler', 'euler'],
    },
  };
  for (const [name, { train, sample }] of Object.entries(runs)) {
    test(name, async () => {
      await trains(name, [...points(name), ...train]);
      const scheduler = json(place(name), 'model', 'scheduler', 'scheduler_config.json');
      // Straight paths are diffusers' flow matching; no class of it has words for all of the others.
      const expected = name === 'flow' ? 'FlowMatchEulerDiscreteScheduler' : 'LangevinScheme';
      assert.equal(scheduler['_class_name'], expected);
      const out = place(`${name}.npy`);
      const { code, stderr } = await cli(
        'sample',
        '--model',
        place(name),
        '-n',
        '9',
        '--steps',
        '4',
        '-o',
        out,
        ...sample,
        '-q',
      );
      assert.equal(code, 0, stderr);
    });
  }
});

suite('hybrid, from training to pictures', () => {
  test('the folder says six channels and a learned range, and samples are drawn with it', async () => {
    const model = join(place('pictures-hybrid'), 'model');
    assert.deepEqual(json(model, 'unet', 'config.json')['out_channels'], 6);
    const scheduler = json(model, 'scheduler', 'scheduler_config.json');
    assert.deepEqual([scheduler['_class_name'], scheduler['variance_type']], ['DDPMScheduler', 'learned_range']);
    for (const sampler of [[], ['--sampler', 'ddim'], ['--guidance', '2', '--class', 'left']]) {
      const out = place(`hybrid-${sampler.length}.png`);
      const { code, stderr } = await cli(
        'sample',
        '--model',
        model,
        '-n',
        '2',
        '--steps',
        '3',
        '-o',
        out,
        ...sampler,
        '-q',
      );
      assert.equal(code, 0, stderr);
      assert.ok(existsSync(out));
    }
  });
});

test('self-conditioned models sample, and say twice the input channels', async () => {
  await trains('self', [...pictures('self'), '--self-conditioning']);
  assert.deepEqual(json(place('self'), 'model', 'unet', 'config.json')['in_channels'], 6);
  const out = place('self.png');
  const { code, stderr } = await cli('sample', '--model', place('self'), '-n', '2', '--steps', '3', '-o', out, '-q');
  assert.equal(code, 0, stderr);
});

suite('what a loss keeps for itself', () => {
  const argv = ['--weighting', 'uncertainty:waves=8', '--levels', 'loss-second-moment:parts=4,memory=2'];

  test('2N steps equal N steps, a stop and N steps, bit for bit', async () => {
    const options = [...argv, '--checkpoint-every', '6', '--keep', '9', '--accumulate', '2', '--curve', 'constant'];
    const whole = await cli('train', ...points('whole'), ...options, '--steps', '12', '-q');
    assert.equal(whole.code, 0, whole.stderr);
    const half = await cli('train', ...points('half'), ...options, '--steps', '6', '-q');
    assert.equal(half.code, 0, half.stderr);
    const more = await cli('train', '--out', place('half'), '--resume', '--steps', '12', '--threads', '1', '-q');
    assert.equal(more.code, 0, more.stderr);
    assert.deepEqual(Object.keys(state('whole', 12)).sort(), [
      ...['ema.safetensors', 'levels.safetensors', 'm.safetensors', 'p.safetensors', 'v.safetensors'],
    ]);
    assert.deepEqual(state('half', 12), state('whole', 12));
    assert.notDeepEqual(state('whole', 6)['levels.safetensors'], state('whole', 12)['levels.safetensors']);
  });

  test('is in checkpoints and not in the model', () => {
    const tensors = (file: string) => readSafetensors(readFileSync(file), { name: file }).tensors;
    const trained = tensors(join(checkpoint('whole', 12), 'p.safetensors'));
    const head = trained.get('uncertainty.weight')!;
    assert.ok(head.data.some((value) => Number(value) !== 0));
    const files = readdirSync(join(place('whole'), 'model', 'denoiser')).filter((file) =>
      file.endsWith('.safetensors'),
    );
    const model = tensors(join(place('whole'), 'model', 'denoiser', files[0]!));
    assert.ok(!model.has('uncertainty.weight') && model.size === trained.size - 1);
    const history = tensors(join(checkpoint('whole', 12), 'levels.safetensors'));
    assert.deepEqual(history.get('levels.losses')!.shape, [4, 2]);
    assert.ok([...history.get('levels.counts')!.data].every((n) => Number(n) >= 2));
  });
});

suite('what does not go together is one sentence, and nothing on disk', () => {
  const refusals: readonly (readonly [code: number, argv: readonly string[], message: string])[] = [
    [
      2,
      ['--loss', 'hybrd'],
      `Unknown objective "hybrd". Did you mean "hybrid"? Known: ${objectives.names.join(', ')}.`,
    ],
    [
      2,
      ['--weighting', 'min-snt'],
      `Unknown weighting "min-snt". Did you mean "min-snr"? Known: ${weightings.names.join(', ')}.`,
    ],
    [
      2,
      ['--levels', 'lognormal'],
      `Unknown level-sampler "lognormal". Did you mean "log-normal"? Known: ${levelSamplers.names.join(', ')}.`,
    ],
    [
      2,
      ['--weighting', 'min-snr:gama=1'],
      'train: --weighting: min-snr has no option gama. Did you mean "gamma"? It has: gamma.',
    ],
    [
      2,
      ['--weighting', 'min-snr:gamma=-1'],
      'train: --weighting: min-snr: gamma must be a number in [0, 1000], got -1.',
    ],
    [2, ['--loss', 'simple:huber'], 'train: --loss simple takes options as name=value, joined by commas, got "huber".'],
    [
      2,
      ['--loss', 'implicit'],
      'implicit: takes one backward pass for each of the 192 values of a sample, which is sensible up to 64. Use sliced, which estimates the same with one.',
    ],
    [
      1,
      ['--loss', 'hybrid', '--model', place('three.json')],
      'ROOT/three.json: out_channels is 3, and --loss hybrid needs twice the 3 of the pictures. Change it.',
    ],
    [
      1,
      ['--self-conditioning', '--model', place('three.json')],
      'ROOT/three.json: in_channels is 3, and --self-conditioning needs twice the 3 of the pictures. Change it.',
    ],
    [2, ['--loss', 'explicit'], 'train: --loss explicit does not tell pictures apart. Add --condition none.'],
    [
      2,
      ['--loss', 'vlb', '--offset-noise', '0.1'],
      'train: --loss vlb holds for independent Gaussian noise only. Leave out --offset-noise.',
    ],
    [2, ['--loss', 'vlb', '--weighting', 'snr'], 'train: --loss vlb has its own weights. Leave out --weighting.'],
    [
      2,
      ['--loss', 'hybrid', '--self-conditioning'],
      'train: --self-conditioning does not go with a learned variance. Choose one of them.',
    ],
    [
      2,
      ['--schedule', 've:sigmaMin=3,sigmaMax=1'],
      'train: --schedule: ve: need sigmaMin < sigmaMax, got sigmaMin = 3, sigmaMax = 1.',
    ],
    [
      1,
      ['--schedule', 'straight', '--prediction', 'epsilon'],
      'epsilon does not determine x0 at alpha = 0, sigma = 1. Use a prediction that does (v does at every level), or levels that stop short of this one.',
    ],
    [
      2,
      ['--task', 'classifier', '--loss', 'vlb'],
      'train: --loss is for models that draw, and --task classifier trains none. Leave it out.',
    ],
  ]; // prettier-ignore
  for (const [code, argv, message] of refusals) {
    test(plain(argv.join(' ')), async () => {
      const without = pictures('refused').filter((word, i, all) => {
        const isModel = word === '--model' || all[i - 1] === '--model';
        return !(isModel && (argv.includes('--model') || argv.includes('--task')));
      });
      const outcome = await cli('train', ...without, ...argv);
      assert.equal(plain(outcome.stderr), `Error: ${message}\n`);
      assert.deepEqual([outcome.code, outcome.stdout], [code, '']);
      assert.ok(!existsSync(place('refused')));
    });
  }
});

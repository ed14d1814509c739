import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { suite, test } from 'node:test';
import { key } from '../src/core/random.js';
import { readNpy, readRecipe } from '../src/files/index.js';
import { classifier, initialise } from '../src/nn/index.js';
import { saveClassifier, saveModel } from '../src/pipelines/index.js';
import { limits, type NoiseRange } from '../src/sampling/index.js';
import { cli, events, testFolder } from './cli-harness.js';
import { tinyModel, usualScheme } from './model-fixtures.js';

const { place, plain } = await testFolder('guidance');

const classes = ['noto/cat', 'noto/dog', 'twemoji/cat'];
await saveModel(place('model'), { model: { ...tinyModel({ classes: 3 }), classes } });
await saveModel(place('weak'), { model: { ...tinyModel({ classes: 3, seed: 2 }), classes } });
await saveModel(place('free'), { model: tinyModel() });
const network = classifier({
  ...{ in_channels: 3, num_classes: 3, block_out_channels: [8], num_features: 8, norm_num_groups: 4 },
  noise_conditional: true,
});
const climbing = { network, values: initialise(network.params, key(5)), classes, scheme: usualScheme };
await saveClassifier(place('climber'), { model: climbing });

const sample = (...argv: readonly string[]) =>
  cli('sample', '--model', place('model'), '--steps', '3', '--threads', '1', ...argv);

async function drawn(name: string, ...argv: readonly string[]): Promise<readonly number[]> {
  const { code, stderr } = await sample('-o', place(name), '-q', ...argv);
  assert.deepEqual([code, stderr], [0, '']);
  return Array.from((await readNpy(place(name))).data, Number);
}

type Recipe = Readonly<Record<string, unknown>>;
async function recipeOf(...argv: readonly string[]): Promise<Recipe> {
  const outcome = await sample('-n', '3', '-o', place('some.npy'), '--json', ...argv);
  assert.equal(outcome.code, 0, outcome.stderr);
  return (events(outcome).at(-1) as { recipe: Recipe }).recipe;
}

const cat = ['--class', 'noto/cat'];

suite('what guidance draws', () => {
  test('every way of guiding gives other pictures', async () => {
    const variants: readonly (readonly string[])[] = [
      [],
      ['--guidance', '4'],
      ['--guidance', '4', '--guidance-method', 'apg'],
      ['--guidance', '4', '--guidance-method', 'apg:eta=0.5,momentum=0'],
      ['--guidance', '0.5', '--guidance-method', 'cfg++'],
      ['--guidance', '4', '--guidance-interval', '0.4..0.9'],
      ['--guidance', '4', '--guidance-rescale', '0.7'],
      ['--guidance', '4', '--negative', 'noto/dog'],
      ['--guidance', '4', '--weak-model', place('weak')],
      ['--classifier', place('climber'), '--classifier-scale', '20'],
      ['--guidance', '4', '--limit', 'none'],
      ['--guidance', '4', '--limit', 'dynamic-threshold:ratio=0.9,max=3'],
    ];
    const results = new Set<string>();
    for (const [i, variant] of variants.entries())
      results.add((await drawn(`${i}.npy`, '-n', '1', ...cat, ...variant)).join());
    assert.equal(results.size, variants.length);
  });

  test('neutral settings draw what no guidance draws, bit by bit', async () => {
    const expected = await drawn('plain.npy', '-n', '2', ...cat);
    const neutral: readonly (readonly string[])[] = [
      ['--guidance', '1'],
      ['--guidance', '1', '--guidance-method', 'apg'],
      ['--guidance', '1', '--guidance-rescale', '0'],
      ['--guidance', '1', '--negative', 'noto/dog'],
      ['--guidance', '1', '--weak-model', place('weak')],
      ['--classifier', place('climber'), '--classifier-scale', '0'],
      ['--guidance', '9', '--guidance-interval', '0..0.001'],
    ];
    for (const variant of neutral) {
      assert.deepEqual(await drawn('neutral.npy', '-n', '2', ...cat, ...variant), expected, variant.join(' '));
    }
  });

  test('a composition of one class is that class; AND, NOT and weights are not', async () => {
    const expected = await drawn('one.npy', '-n', '1', ...cat);
    assert.deepEqual(await drawn('same.npy', '-n', '1', '--class', '1*noto/cat'), expected);
    const others = ['noto/cat & noto/dog', 'noto/cat & !noto/dog', 'noto/cat&0.5*noto/dog', '2*noto/cat', '!noto/cat'];
    const results = new Set([expected.join()]);
    for (const text of others) results.add((await drawn('other.npy', '-n', '1', '--class', text)).join());
    assert.equal(results.size, others.length + 1);
  });

  test('a model without classes follows a classifier, whose classes then have names', async () => {
    const given = ['-n', '1', '--model', place('free')];
    const free = await drawn('free.npy', ...given);
    const climbed = await drawn(
      'climbed.npy',
      ...given,
      '--class',
      'noto/dog',
      '--classifier',
      place('climber'),
      '--classifier-scale',
      '20',
    );
    assert.notDeepEqual(climbed, free);
    const mean = await drawn(
      'mean.npy',
      ...[...given, '--class', 'noto/dog', '--classifier', place('climber'), '--classifier-scale', '20'],
      ...['--classifier-form', 'mean', '--sampler', 'ddpm'],
    );
    assert.notDeepEqual(mean, await drawn('ddpm.npy', ...given, '--sampler', 'ddpm'));
  });
});

suite('the recipe', () => {
  test('has the bare scale where that is all', async () => {
    assert.equal((await recipeOf(...cat))['guidance'], 1);
    assert.equal((await recipeOf(...cat, '--guidance', '3'))['guidance'], 3);
    assert.ok(!('guidedBy' in (await recipeOf(...cat))), 'there is no other network');
  });

  test('has everything else by name, from the inside out', async () => {
    const told = await recipeOf(
      ...['--class', 'noto/cat & !0.5*noto/dog, twemoji/cat', '--guidance', '3', '--guidance-method', 'apg:eta=0.25'],
      ...['--guidance-rescale', '0.5', '--guidance-interval', '0..1'],
    );
    assert.deepEqual(told['labels'], [0, 0, 2]);
    const both = [
      { label: 0, weight: 1 },
      { label: 1, weight: -0.5 },
    ];
    assert.deepEqual(told['guidance'], {
      choices: [
        { name: 'apg', options: { eta: 0.25, scale: 3 } },
        { name: 'rescale', options: { factor: 0.5 } },
        { name: 'interval', options: { low: 0, high: null } },
      ],
      composed: [both, both, [{ label: 2, weight: 1 }]],
    });
  });

  test('several classes are climbed towards together', async () => {
    const told = await recipeOf('--class', 'noto/cat & !0.5*noto/dog, noto/dog', '--classifier', place('climber'));
    const [cat, dog] = ['noto/cat', 'noto/dog'].map((name) => climbing.classes.indexOf(name)) as [number, number];
    const both = [
      { label: cat, weight: 1 },
      { label: dog, weight: -0.5 },
    ];
    assert.deepEqual((told['guidance'] as { towards: unknown }).towards, [both, both, dog]);
  });

  test('names the networks that were asked, with their weights, and stands in the picture', async () => {
    const out = place('named.png');
    const { code, stderr } = await sample(
      ...['-n', '2', '-o', out, ...cat, '--weak-model', place('weak'), '--classifier', place('climber')],
    );
    assert.equal(code, 0, stderr);
    const recipe = (await readRecipe(out)) as Recipe;
    assert.deepEqual(recipe['guidance'], {
      choices: [
        { name: 'autoguidance', options: { scale: 2 } },
        { name: 'classifier-score', options: { scale: 1 } },
      ],
      towards: [0, 0],
    });
    const files = recipe['guidedBy'] as Readonly<Record<string, { path: string; weights: string }>>;
    assert.deepEqual([files['weak']?.path, files['classifier']?.path], [place('weak'), place('climber')]);
    assert.deepEqual(
      Object.values(files).map(({ weights }) => weights.length),
      [64, 64],
    );
  });

  test('an interval is a range of σ/α, out of places on the grid', async () => {
    const { guidance } = await recipeOf(...cat, '--guidance', '3', '--guidance-interval', '0.2..0.5');
    const { choices } = guidance as { readonly choices: readonly { readonly options: NoiseRange }[] };
    const { low, high } = choices[1]!.options;
    // The cosine schedule at t: α = cos(π/2·(t + s)/(1 + s))/cos(π/2·s/(1 + s)), s = 0.008, variance preserving.
    const ratio = (t: number): number => {
      const phase = (u: number): number => Math.cos(((Math.PI / 2) * (u + 0.008)) / 1.008);
      const alpha = phase(t) / phase(0);
      return Math.sqrt(1 - alpha ** 2) / alpha;
    };
    assert.ok(Math.abs(low - ratio(0.2)) < 1e-6 && Math.abs(high! - ratio(0.5)) < 1e-6, `${low} to ${high}`);
  });
});

suite('what is wrong', () => {
  const refused = async (argv: readonly string[], message: string, code = 2): Promise<void> => {
    const outcome = await sample(...argv, '-q', '-o', place('never.png'));
    assert.deepEqual([plain(outcome.stderr), outcome.code, outcome.stdout], [`Error: ${message}\n`, code, '']);
    assert.ok(!existsSync(place('never.png')), 'a picture was written');
  };

  test('guidance without something to follow', async () => {
    const name = 'Name a class with --class.';
    await refused(['--guidance', '2'], `sample: --guidance 2 needs classes to follow. ${name}`);
    await refused(['--guidance-method', 'apg'], `sample: apg needs classes to follow. ${name}`);
    await refused(['--negative', 'noto/dog'], `sample: negative needs classes to follow. ${name}`);
    await refused(
      ['--classifier', place('climber')],
      'sample: --classifier needs a class to climb towards. Name one with --class.',
    );
    await refused(
      ['--model', place('free'), '--guidance', '2'],
      'sample: --guidance 2 needs classes to follow. This model has no classes: leave --guidance out.',
    );
  });

  test('corrections of no guidance', async () => {
    await refused(
      [...cat, '--guidance-rescale', '0.5'],
      'sample: --guidance-rescale corrects guidance, and there is none. Add --guidance 3.',
    );
    await refused(
      [...cat, '--guidance-interval', '0..0.5'],
      'sample: --guidance-interval says where there is guidance, and there is none. Add --guidance 3.',
    );
    const none = 'is for a classifier that guides. Name one with --classifier.';
    await refused([...cat, '--classifier-scale', '2'], `sample: --classifier-scale ${none}`);
    await refused([...cat, '--classifier-form', 'mean'], `sample: --classifier-form ${none}`);
  });

  test('methods', async () => {
    const methods = 'classifier-free, negative, autoguidance, apg, cfg++';
    await refused(
      [...cat, '--guidance-method', 'apq'],
      `Unknown guidance method "apq". Did you mean "apg"? Known: ${methods}.`,
    );
    await refused([...cat, '--guidance-method', 'interval'], `Unknown guidance method "interval". Known: ${methods}.`);
    await refused([...cat, '--guidance-method', 'apg:eta=2'], 'apg: eta must be a number in [0, 1], got 2.');
    await refused(
      [...cat, '--guidance', '3', '--guidance-method', 'cfg++'],
      'cfg++: scale must be a number in [0, 1], got 3.',
    );
    await refused(
      [...cat, '--guidance', '3', '--guidance-method', 'apg:scale=2'],
      'sample: the scale of guidance is said twice, with --guidance and in --guidance-method.',
    );
    await refused(
      [...cat, '--guidance-method', 'negative'],
      'sample: negative guidance needs classes to get away from. Name them with --negative.',
    );
    await refused(
      [...cat, '--guidance-method', 'autoguidance'],
      'sample: autoguidance needs a model to get away from. Name one with --weak-model.',
    );
  });

  test('clashes', async () => {
    await refused(
      [...cat, '--negative', 'noto/dog', '--weak-model', place('weak')],
      'sample: --negative and --weak-model both say what to get away from. Leave one of them out.',
    );
    await refused(
      [...cat, '--guidance-method', 'cfg++', '--negative', 'noto/dog'],
      'sample: cfg++ takes its noise from the model told no class. Leave --negative out.',
    );
    await refused(
      [...cat, '--guidance-method', 'cfg++', '--guidance-rescale', '0.5'],
      'rescale cannot be put around guidance that changes the path (cfg++, classifier-mean). Leave one of them out.',
    );
    await refused(
      [...cat, '--classifier', place('climber'), '--classifier-form', 'mean'],
      'sample: --classifier-form mean moves the mean of steps of ddpm by their variance, got ddim. ' +
        'Take --sampler ddpm, or the form score.',
    );
  });

  test('intervals, limits and compositions', async () => {
    for (const text of ['0.5', '0.8..0.2', '0..2', 'a..b']) {
      await refused(
        [...cat, '--guidance', '3', '--guidance-interval', text],
        `sample: --guidance-interval must be LOW..HIGH with 0 ≤ LOW < HIGH ≤ 1, got "${text}".`,
      );
    }
    await refused(
      ['--limit', 'clipp'],
      `Unknown limit "clipp". Did you mean "clip"? Known: ${limits.names.join(', ')}.`,
    );
    await refused(['--limit', 'clip:range=-1'], 'clip: range must be a number in [0, 1000000], got -1.');
    await refused(
      ['--class', 'noto/cat & cat'],
      'sample: what is joined by & must be one class each, and "cat" is 2. Name one of them.',
    );
    await refused(
      ['--class', 'noto/cat & '],
      'sample: what --class joins by & must be NAME, !NAME or WEIGHT*NAME, got "".',
    );
    await refused(
      ['--class', 'noto/cat & noto/dgo'],
      'Unknown class "noto/dgo". Did you mean "noto/dog"? Known: noto/cat, noto/dog, twemoji/cat.',
    );
  });

  test('networks', async () => {
    await refused(
      [...cat, '--weak-model', place('no')],
      'There is no folder ROOT/no. Name a model folder or a training run.',
      1,
    );
    await refused(
      [...cat, '--classifier', place('weak')],
      'ROOT/weak holds no classifier: there is no config.json in it.',
      1,
    );
    await saveClassifier(place('other'), { model: { ...climbing, classes: ['noto/cat', 'noto/bird', 'twemoji/cat'] } });
    await refused(
      ['--class', 'noto/dog', '--classifier', place('other')],
      'sample: the classifier ROOT/other does not know the class "noto/dog". It knows: noto/cat, noto/bird, twemoji/cat.',
    );
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { copyFile, cp, rename } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { directionsCard } from '../src/cli/directions/directions-card.js';
import { readImage, readNpy, readRecipe, writePng } from '../src/files/index.js';
import { loadDirection, saveModel } from '../src/pipelines/index.js';
import { cli, events, testFolder } from './cli-harness.js';
import { tinyModel } from './model-fixtures.js';

const { root, place, plain } = await testFolder('directions');
await saveModel(place('model'), { model: tinyModel({ classes: 36 }) });
await saveModel(place('weak'), { model: tinyModel({ classes: 36, seed: 2 }) });
await writePng(place('a.png'), {
  ...{ width: 8, height: 8, channels: 3 },
  data: Uint8Array.from({ length: 192 }, (_, i) => (i * 73 + 31) % 256),
});
const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const findAloud = (...argv: readonly string[]) =>
  cli('directions', '--model', place('model'), '--data', 'emoji:noto/faces', '--threads', '1', ...argv);
const find = (...argv: readonly string[]) => findAloud('-q', ...argv);
const edit = (...argv: readonly string[]) =>
  cli('edit', place('a.png'), '--model', place('model'), '--directions', place('d'), '--threads', '1', '-q', ...argv);

suite('langevin directions and edit --semantic', () => {
  test('finds one by means and trains one, with a card; the same seed makes the same bytes', async () => {
    const tap = ['--tap', 'mid_block', '--calibrate', '0', '-o', place('d')];
    const means = await find('--attribute', 'smile', '--method', 'mean-difference', '--times', '0.5,0.9', ...tap);
    assert.equal(means.code, 0, means.stderr);
    const train = ['--attribute', 'open-mouth', '--steps', '3', '--batch', '2', '--walk', '1', ...tap];
    assert.equal((await find(...train)).code, 0);
    const [smile, open] = [place('d/smile.safetensors'), place('d/open-mouth.safetensors')];
    const { change, method, model } = await loadDirection(smile);
    assert.ok(change.kind === 'fixed' && change.times.join() === '0.5,0.9' && method === 'mean-difference', method);
    assert.equal(model.length, 64);
    assert.equal((await loadDirection(open)).change.kind, 'function');
    const before = readFileSync(open);
    assert.equal((await find(...train)).code, 0);
    assert.deepEqual(readFileSync(open), before);
    const card = readFileSync(place('d/README.md'), 'utf8');
    for (const text of ['`smile`', '`open-mouth`', model, 'Apache-2.0']) assert.ok(card.includes(text), text);
    const [model32, folder] = [`--model ${place('model')}`, `--directions ${place('d')}`];
    const use = `langevin edit picture.png --semantic open-mouth=1,smile=0.8 ${model32} ${folder} -o edited.png\n`;
    assert.ok(card.includes(use), card);
    const line = (name: string): string => card.split('\n').find((one) => one.includes(`--attribute ${name} `)) ?? card;
    assert.ok(
      line('open-mouth').endsWith(` --steps 3 --walk 1 --batch 2 --calibrate 0 -o ${place('d')}`),
      line('open-mouth'),
    );
    assert.equal((await find(...train.slice(0, -1), place('s e/'), '--seed', '7')).code, 0);
    const seeded = readFileSync(place('s e/README.md'), 'utf8');
    assert.ok(seeded.includes(` --seed 7 -o '${place('s e')}'\n`), seeded);
  });

  test('a part of the figures can be left out, which the file remembers', async () => {
    const given = ['--method', 'mean-difference', '--times', '0.5', '--tap', 'mid_block', '--calibrate', '0'];
    assert.equal((await find('--attribute', 'smile', '--leave-out', '0/3', ...given, '-o', place('part'))).code, 0);
    const { details } = await loadDirection(place('part/smile.safetensors'));
    assert.equal(details['leftOut'], '0/3');
    assert.match(details['made']!, / --leave-out 0\/3 /);
    const none = await find('--attribute', 'skin-tone:dark', '--leave-out', '0/3', ...given, '-o', place('none'));
    assert.equal(none.code, 2);
    assert.equal(
      none.stderr,
      'Error: directions: --leave-out 0/3 leaves out none of the figures of "skin-tone:dark".\n',
    );
  });

  test('the card says where its directions and its model are, unless they are those that commands take', async () => {
    const direction = await loadDirection(place('d/smile.safetensors'));
    const shipped = fileURLToPath(new URL('../models/', import.meta.url));
    const card = (folder: string, modelName = join(shipped, 'emoji-32')): string =>
      directionsCard({
        ...{ directions: [{ file: 'smile.safetensors', direction }], model: { hash: direction.model }, modelName },
        ...{ folder, data: null },
      });
    const used = (...argv: Parameters<typeof card>) => /langevin edit .*/.exec(card(...argv))![0];
    const [short, end] = ['langevin edit picture.png --semantic smile=1', ' -o edited.png'];
    assert.equal(used(join(shipped, 'directions-32/')), short + end);
    assert.equal(used(relative('.', join(shipped, 'directions-32'))), short + end);
    assert.equal(used('directions/'), `${short} --directions directions${end}`);
    assert.equal(used('d', 'runs/own'), `${short} --model runs/own --directions d${end}`);
    const made = direction.details['made']!;
    assert.ok(card('directions/').includes(`${made}\n`), card('directions/'));
    assert.ok(card('models/own').includes(`${made} -o models/own\n`), card('models/own'));
  });

  test('calibration shows how far it is', async () => {
    const means = ['--attribute', 'smile', '--method', 'mean-difference', '--times', '0.5', '--pictures', '2'];
    const more = ['--tap', 'mid_block', '--calibrate', '1', '--json', '-o', place('c')];
    const outcome = await findAloud(...means, ...more);
    assert.equal(outcome.code, 0, outcome.stderr);
    const bars = events(outcome).filter(({ event, what }) => event === 'progress' && what === 'Calibrating smile');
    // 20 steps of 3 evaluations to noise, and 5 strengths of 20.
    assert.deepEqual([bars.at(-1)?.['done'], bars.at(-1)?.['total']], [160, 160]);
    assert.ok(bars.length > 1, 'told once alone');
  });

  test('edits a picture, and the recipe says with what', async () => {
    const result = await edit('--semantic', 'smile=20,open-mouth=-1', '--steps', '4', '-o', place('edited.png'));
    assert.equal(result.code, 0, result.stderr);
    const recipe = (await readRecipe(place('edited.png'))) as { readonly directions: readonly object[] };
    assert.equal(recipe.directions.length, 2);
    const again = await cli('replay', place('edited.png'), '--threads', '1', '--json');
    assert.match(again.stdout, /"identical":true/, again.stderr);
    const told = recipe.directions[0] as Record<string, unknown>;
    assert.deepEqual(
      [told['path'], told['sha256']],
      [place('d/smile.safetensors'), hashOf(place('d/smile.safetensors'))],
    );
    const nothing = await edit('--semantic', 'smile=0', '--steps', '4', '-o', place('nothing.png'));
    assert.equal(nothing.code, 0, nothing.stderr);
    assert.notDeepEqual((await readImage(place('edited.png'))).data, (await readImage(place('nothing.png'))).data);
  });

  test('replay wants the directions as they were, in their folder or that of --source', async () => {
    await cp(place('d'), place('e'), { recursive: true });
    const both = ['--semantic', 'smile=20,open-mouth=-1', '--steps', '4', '-o', place('pinned.png')];
    assert.equal((await edit(...both, '--directions', place('e'))).code, 0);
    const replayed = async (...argv: readonly string[]) => {
      const { code, stdout, stderr } = await cli('replay', place('pinned.png'), '--threads', '1', '-q', ...argv);
      return code === 0 ? stdout.trim().replace(/^.*: /, '') : plain(stderr).replace(/\w{12}…/g, 'HASH…');
    };
    await rename(place('e/smile.safetensors'), place('smile.safetensors'));
    assert.equal(await replayed(), 'the same, byte for byte.', 'beside the picture');
    await rename(place('smile.safetensors'), place('j.safetensors'));
    const gone = (file: string): string =>
      `Error: replay: the direction ROOT/${file} is not there. Name the folder where it is now with --source FOLDER.\n`;
    assert.equal(await replayed(), gone('e/smile.safetensors'));
    assert.equal(await replayed('--source', root), gone('smile.safetensors'));
    assert.equal(await replayed('--source', place('d')), 'the same, byte for byte.');
    await copyFile(place('e/open-mouth.safetensors'), place('e/smile.safetensors'));
    assert.equal(
      await replayed(),
      'Error: replay: ROOT/e/smile.safetensors is not the direction it was: its SHA-256 is HASH…, and the recipe says ' +
        'HASH…. Name the folder of the one it was made with by --source FOLDER.\n',
    );
  });

  const seeded = ['--model', place('model'), '--class', 'class 3', '--steps', '4', '--threads', '1', '-q'];
  const numbers = async (name: string, ...argv: readonly string[]): Promise<string> => {
    const { code, stderr } = await cli(...argv, ...seeded, '-o', place(name));
    assert.deepEqual([code, stderr], [0, '']);
    return Array.from((await readNpy(place(name))).data, Number).join();
  };
  const drawn = ['edit', 'seed:3', '--seed', '3', '--directions', place('d')];

  for (const more of [
    ['--sampler', 'ddim'],
    ['--sampler', 'ddpm'],
    ['--sampler', 'ddim', '--eta', '1'],
    ['--sampler', 'euler-ancestral', '--guidance', '2'],
    ['--guidance', '3', '--guidance-method', 'apg', '--negative', 'class 5', '--guidance-interval', '0.2..0.9'],
    ['--guidance', '0.6', '--guidance-method', 'cfg++'],
  ]) {
    test(`no change is plain sampling in every bit: ${more.join(' ')}`, async () => {
      const plain = await numbers('plain.npy', 'sample', '-n', '1', '--seed', '3', ...more);
      assert.ok((await numbers('none.npy', ...drawn, '--semantic', 'smile=0', ...more)) === plain, 'numbers differ');
      assert.ok((await numbers('some.npy', ...drawn, '--semantic', 'smile=20', ...more)) !== plain, 'nothing changed');
    });
  }

  test('guidance by name and other networks change what is edited', async () => {
    const { code, stderr } = await cli(
      'edit',
      'seed:3',
      '--semantic',
      'smile=20',
      '--directions',
      place('d'),
      ...[
        ...[
          '--class',
          'class 3&!0.5*class 4',
          '--weak-model',
          place('weak'),
          '-n',
          '2',
          '--threads',
          '1',
          '--steps',
          '4',
        ],
        ...['--model', place('model'), '-o', place('guided.png')],
      ],
    );
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^semantic: 4 evaluations to edit 2 pictures, guided: 4 questions each\.\n/);
    const recipe = (await readRecipe(place('guided.png'))) as { readonly guidedBy: { readonly weak: object } };
    assert.ok('path' in recipe.guidedBy.weak, 'the recipe does not name the weak model');
    const again = await cli('replay', place('guided.png'), '--threads', '1', '--json');
    assert.match(again.stdout, /"identical":true/, again.stderr);
  });

  test('a mask: what lies outside is put back, byte for byte', async () => {
    await writePng(place('b.png'), { ...{ width: 8, height: 8, channels: 3 }, data: new Uint8Array(192).fill(200) });
    const between = ['--with', 'semantic-interpolate:tap=mid_block', '--to', place('b.png'), '-n', '2'];
    for (const argv of [['--semantic', 'smile=20'], between]) {
      const box = ['--mask', 'box:2,3,4,5', '--steps', '4', '-o', place('masked/')];
      const { code, stderr } = await edit(...argv, ...box);
      assert.deepEqual([code, stderr], [0, '']);
      const [before, out] = [await readImage(place('a.png')), await readImage(place('masked/0000.png'))];
      let changed = 0;
      for (const [i, byte] of out.data.entries()) {
        const [x, y] = [Math.floor(i / 3) % 8, Math.floor(i / 24)];
        if (x >= 2 && x < 6 && y >= 3) changed += Number(byte !== before.data[i]);
        else assert.equal(byte, before.data[i], `byte ${i}`);
      }
      assert.ok(changed > 20, `${changed} bytes changed`);
    }
  });

  test('attributes go with edits of every kind, which say what they cost and repeat', async () => {
    const box = ['--mask', 'box:2,3,4,5'];
    const pictures: string[] = [];
    for (const semantic of [[], ['--semantic', 'smile=0'], ['--semantic', 'smile=20,open-mouth=-1']]) {
      const out = place(`painted-${pictures.length}.png`);
      const way = ['--with', 'repaint:jump=2,resamples=2', ...box, '--steps', '4', '-o', out];
      const { code, stderr } = await edit(...way, ...semantic);
      assert.deepEqual([code, stderr], [0, '']);
      pictures.push(Buffer.from((await readImage(out)).data).toString('hex'));
    }
    const [plain, none, smiling] = pictures;
    assert.equal(none, plain, 'strength 0 changes nothing');
    assert.notEqual(smiling, plain, 'nothing was changed');
    const recipe = (await readRecipe(place('painted-2.png'))) as { readonly directions: readonly object[] };
    assert.equal(recipe.directions.length, 2);
    const again = await cli('replay', place('painted-2.png'), '--threads', '1', '--json');
    assert.match(again.stdout, /"identical":true/, again.stderr);
    const noised = await edit(
      '--with',
      'partial-noising',
      '--semantic',
      'smile=1',
      '--steps',
      '4',
      '-o',
      place('n.png'),
    );
    assert.deepEqual([noised.code, noised.stderr], [0, '']);
    const told = (await readRecipe(place('n.png'))) as { readonly edit: { readonly name: string } };
    assert.equal(told.edit.name, 'partial-noising');
  });

  test('the cost says whether anything is inverted', async () => {
    const said = async (...argv: readonly string[]): Promise<string> => {
      const given = ['--model', place('model'), '--directions', place('d'), '--threads', '1', '--steps', '4'];
      const { code, stderr } = await cli('edit', ...argv, ...given, '-o', place('cost.png'));
      assert.equal(code, 0, stderr);
      return stderr.split('\n')[0]!;
    };
    const real = await said(place('a.png'), '--semantic', 'smile=1');
    assert.equal(real, 'semantic: 12 evaluations to invert and 4 evaluations to edit 1 picture.');
    assert.match(await said(place('a.png'), '--semantic', 'smile=1', '--sampler', 'ddpm'), /ddpm draws fresh noise/);
    assert.match(
      await said(place('a.png'), '--semantic', 'smile=1', '-g', '2', '--class', 'class 1'),
      /inverted without guidance, which comes on top of the edit/,
    );
    assert.match(await said(place('a.png'), '--semantic', 'smile=1', '-n', '2'), /All 2 results are the same/);
    assert.match(
      await said(place('a.png'), '--semantic', 'smile=1', '--with', 'semantic:measured'),
      /down to t = [\d.]+, renewed from [\d.]+, as 8 walks tell/,
    );
    const drawn = await said('seed:3', '--semantic', 'smile=1', '--class', 'class 1', '-g', '2');
    assert.equal(drawn, 'semantic: 4 evaluations to edit 1 picture, guided: 2 questions each.');
    const way = ['--with', 'semantic-interpolate:tap=mid_block', '--to', 'seed:4', '-n', '3'];
    assert.equal(
      await said('seed:3', ...way),
      'semantic-interpolate: 8 evaluations to record, and 4 to edit 3 pictures.',
    );
    assert.equal(
      await said(place('a.png'), ...way),
      'semantic-interpolate: 20 evaluations to invert and record, and 4 to edit 3 pictures.',
    );
  });

  test('between two pictures: the first is the source, and strength 0 is the source itself', async () => {
    const way = ['--with', 'semantic-interpolate:tap=mid_block', '--to', 'seed:4', '--scale', '1', '-n', '3'];
    const both = [...seeded, '-o', place('between/')];
    const result = await cli('edit', 'seed:3', ...way, ...both);
    assert.equal(result.code, 0, result.stderr);
    await cli('sample', '-n', '1', '-s', '3', '--scale', '1', ...seeded, '-o', place('first/'));
    const read = async (name: string) => (await readImage(place(name))).data;
    assert.deepEqual(await read('between/0000.png'), await read('first/0000.png'));
    assert.notDeepEqual(await read('between/0002.png'), await read('between/0000.png'));
    await edit('--semantic', 'smile=0', '-o', place('same.png'));
    assert.deepEqual(await read('same.png'), await read('a.png'));
  });

  test('the directions in which one picture answers most, orthogonal and of one length', async () => {
    const look = (...argv: readonly string[]) =>
      cli(
        'directions',
        '--model',
        place('model'),
        '--method',
        'jacobian',
        '--tap',
        'mid_block',
        '--threads',
        '1',
        ...argv,
      );
    const { code, stderr } = await look('--picture', place('a.png'), '--class', 'class 3', '-q', '-o', place('j'));
    assert.deepEqual([code, stderr], [0, '']);
    const found = await Promise.all([1, 2, 3].map((i) => loadDirection(place(`j/jacobian-${i}.safetensors`))));
    const values = found.map(({ change }) => Array.from(change.kind === 'fixed' ? change.values.data : []));
    const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
    const square = dot(values[0]!, values[0]!);
    for (const [i, j] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      assert.ok(
        Math.abs(dot(values[i]!, values[j]!)) < 5e-3 * square,
        `${i} and ${j}: ${dot(values[i]!, values[j]!) / square}`,
      );
      assert.ok(Math.abs(dot(values[j]!, values[j]!) / square - 1) < 5e-3, `length of ${j}`);
    }
    const gains = found.map(({ details }) => Number(details['gain']));
    assert.ok(gains[0]! >= gains[1]! && gains[1]! >= gains[2]! && gains[2]! > 0, gains.join());
    assert.equal(found[0]!.details['sha256'], hashOf(place('a.png')));
    const card = readFileSync(place('j/README.md'), 'utf8');
    assert.ok(!card.includes('licence') && card.includes('--method jacobian'), card);
    const edited = ['--directions', place('j'), '--semantic', 'jacobian-1=3', '--steps', '4'];
    assert.equal((await edit(...edited, '-o', place('j.png'))).code, 0);
    await edit('--directions', place('j'), '--semantic', 'jacobian-1=1e-9', '--steps', '4', '-o', place('j0.png'));
    assert.notDeepEqual((await readImage(place('j.png'))).data, (await readImage(place('j0.png'))).data);
    const seeded = await look('--picture', 'seed:2', '--wanted', '1', '--attribute', 'own', '-q', '-o', place('j'));
    assert.deepEqual([seeded.code, seeded.stderr], [0, '']);
    assert.equal((await loadDirection(place('j/own-1.safetensors'))).attribute, 'own-1');
    assert.match(
      (await look()).stderr,
      /directions: jacobian looks at one picture\. Name it with --picture FILE or --picture seed:N\./,
    );
  });

  test('mistakes are told', async () => {
    const said = async (outcome: Promise<{ readonly code: number; readonly stderr: string }>) =>
      plain((await outcome).stderr).trim();
    assert.match(await said(edit('--semantic', 'smiel=1')), /has no direction "smiel"\. Did you mean "smile"\?/);
    assert.match(
      await said(edit('--semantic', 'smile=1', '--with', 'semantic-interpolate', '--to', place('b.png'))),
      /--semantic does not go with semantic-interpolate, which changes the network in its own way\. Leave it out\./,
    );
    assert.match(
      await said(edit('--semantic', 'smile=1', '--with', 'outpaint:right=8')),
      /--semantic with outpaint works at the size of the model, 8 × 8, got 16 × 8\. Give attributes in an edit of their own\./,
    );
    const other = ['--with', 'semantic-interpolate:tap=mid_blok', '--to', place('b.png')];
    assert.match(
      await said(edit(...other)),
      /there is no tap "mid_blok"\. Did you mean "mid_block"\? This network has/,
    );
    assert.match(
      await said(edit('--semantic', 'smile=1', '--random', 'torch-cpu')),
      /edit: semantic draws its noise as philox does, got --random torch-cpu\. Leave it out\./,
    );
    assert.match(await said(edit('--semantic', 'smile=21')), /strengths lie in \[-20, 20\].*got "smile=21"/);
    const late = 'semantic:edit=0.2,boost=0.5';
    assert.match(await said(edit('--semantic', 'smile=1', '--with', late)), /boost must be at most 0\.2, got 0\.5/);
    const both = 'semantic:measured,edit=0.2';
    assert.match(await said(edit('--semantic', 'smile=1', '--with', both)), /semantic:measured chooses edit and boost/);
    assert.match(await said(find('--attribute', 'smle')), /Unknown attribute "smle"\. Did you mean "smile"\?/);
    const early = (...argv: readonly string[]) =>
      said(find('--attribute', 'smile', '--data', place('no-data'), ...argv));
    assert.match(await early('--tap', 'mid_blok'), /there is no tap "mid_blok"\. Did you mean "mid_block"\?/);
    assert.equal(
      await early('--pairs-weight', '0'),
      'Error: directions: with --pairs-weight 0 a judge has to say what the attribute is. Name one with --judge DIR, or ' +
        'leave --pairs-weight out.',
    );
    assert.equal(
      await early('--method', 'pca', '--times', '0.5,0.1'),
      'Error: directions: --times must rise within (0, 1], got 0.5,0.1.',
    );
    assert.match(await early('--judge', place('no-judge')), /ROOT\/no-judge/);
    assert.match(await early(), /ROOT\/no-data/);
    assert.match(
      await said(find('--attribute', 'face:yawning')),
      /a judge has to say what it is\. Name one with --judge\./,
    );
  });
});

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { numbers } from '../../../test/numbers.js';
import { floats, type HostArray, rows } from '../../core/host-array.js';
import type { OptionSpecs } from '../../core/options.js';
import { key } from '../../core/random.js';
import { batchSpace, type Space } from '../../core/space.js';
import { cosine, grid } from '../../diffusion/index.js';
import type { GuidanceFactory, GuidedPath, Role, Roles } from '../guidance.js';
import type { Landed } from '../landing.js';
import type { Denoiser } from '../sampler.js';
import { ddim } from '../samplers/ode/ddim.js';
import { trailing } from '../steps/trailing.js';
import { sample } from '../trajectory.js';
import { guidances } from './index.js';

const training = grid({ schedule: cosine() });
const level = training.level(400);
const steps = trailing().levels({ count: 6, grid: training });

/** A denoiser that says c·x + d, d alternating in sign along a row. */
const numberDenoiser =
  (c: number, d: number): Denoiser<number> =>
  async (x) =>
    c * x + d;
const batchDenoiser =
  (c: number, d: number): Denoiser<HostArray<'float32'>> =>
  async (x) =>
    floats(
      x.shape,
      x.data.map((value, i) => c * value + (i % 2 === 0 ? d : -d)),
    );

interface Kit<X> {
  readonly x: X;
  readonly space: Space<X>;
  readonly make: (c: number, d: number) => Denoiser<X>;
}

const onNumbers: Kit<number> = { x: 0.7, space: numbers, make: numberDenoiser };
const onArrays: Kit<HostArray<'float32'>> = {
  x: floats([3, 4], [0.1, -0.4, 0.9, 1.2, -1, 0.3, 0.2, 0.8, 2, -2, 0.5, 0.6]),
  space: batchSpace(),
  make: batchDenoiser,
};

/** Every part there is to play, with a count of the answers. */
function cast<X>({ make }: Pick<Kit<X>, 'make'>) {
  let calls = 0;
  const counted = (denoise: Denoiser<X>): Denoiser<X> => {
    return (x, at) => {
      calls += 1;
      return denoise(x, at);
    };
  };
  const roles: Roles<X> = {
    conditional: counted(make(0.4, 0.3)),
    unconditional: counted(make(0.3, 0.1)),
    negatives: [counted(make(0.2, -0.2)), counted(make(0.25, -0.4))],
    weak: counted(make(0.35, 0.2)),
    parts: [
      { denoise: counted(make(0.4, 0.3)), weight: 1.5 },
      { denoise: counted(make(0.2, -0.2)), weight: -0.25 },
    ],
    guided: counted(make(0.6, 0.6)),
    gradient: counted(make(-0.1, 0.2)),
  };
  return { roles, calls: () => calls };
}

/** Guidance that does nothing to single numbers, each with the reason. */
const blindToNumbers: Readonly<Record<string, string>> = {
  rescale: 'one number has no contrast',
  apg: 'all of a one-dimensional difference is along the picture',
};

type AnyGuidance = GuidanceFactory<Role, OptionSpecs>;

/** The guidance as a path, whichever kind it is. */
function made<X>(factory: AnyGuidance, roles: Partial<Roles<X>>, { space, ...options }: { readonly space: Space<X> }) {
  const asked = Object.fromEntries(factory.definition.asks.map((role) => [role, roles[role]]));
  const guided = factory<X>({ ...asked, space, ...options } as never);
  return (typeof guided === 'function' ? { denoise: guided, landings: [] } : guided) as GuidedPath<X>;
}

const walk = <X>(path: GuidedPath<X>, { x, space }: Kit<X>): Promise<X> =>
  sample({ ...path, sampler: ddim(), steps, start: x, space, key: key(3) });

for (const name of guidances.names) {
  const factory = guidances.entries[name] as unknown as AnyGuidance;
  const { definition } = factory;
  const { neutral, evaluations, changes } = definition;

  suite(name, () => {
    test('is registered under its own name, and says how it is asked for', () => {
      assert.equal(definition.name, name);
      assert.match(definition.usage, /^--/);
    });

    if (neutral) {
      test(`its neutral setting is ${neutral.equals}: the same function, and no change of the path`, async () => {
        const check = async <X>(kit: Kit<X>): Promise<void> => {
          const { roles } = cast(kit);
          const path = made(factory, roles, { space: kit.space, ...neutral.options });
          assert.equal(path.denoise, roles[neutral.equals], 'another function');
          assert.deepEqual(path.landings, []);
          const plain = { denoise: roles[neutral.equals] as Denoiser<X>, landings: [] };
          assert.deepEqual(await walk(path, kit), await walk(plain, kit));
        };
        await check(onNumbers);
        await check(onArrays);
      });
    }

    test('another setting changes the path', async () => {
      const check = async <X>(kit: Kit<X>): Promise<void> => {
        const { roles } = cast(kit);
        const path = made(factory, roles, { space: kit.space, ...beyond(definition.options) });
        const plain = { denoise: (neutral ? roles[neutral.equals] : roles.conditional) as Denoiser<X>, landings: [] };
        assert.notDeepEqual(await walk(path, kit), await walk(plain, kit));
      };
      if (!(name in blindToNumbers)) await check(onNumbers);
      await check(onArrays);
    });

    test(`asks ${evaluations}× for one clean value, and a step that changes the path no more`, async () => {
      const { roles, calls } = cast(onNumbers);
      const path = made(factory, roles, { space: numbers, ...beyond(definition.options) });
      const denoised = await path.denoise(0.7, level);
      for (const landing of path.landings) await landing(landedAt(denoised));
      assert.equal(calls(), evaluations);
      assert.equal(path.landings.length, changes === 'path' ? 1 : 0);
    });

    test('a row does not depend on its neighbours', async () => {
      const { roles } = cast(onArrays);
      const { space, x } = onArrays;
      const all = await walk(made(factory, roles, { space, ...beyond(definition.options) }), onArrays);
      for (let row = 0; row < 3; row++) {
        const kit = { ...onArrays, x: rows(x, row, row + 1) };
        const alone = await walk(made(factory, roles, { space, ...beyond(definition.options) }), kit);
        assert.deepEqual(alone.data, rows(all, row, row + 1).data);
      }
    });

    test('the same walk twice is the same, also with one guidance for both', async () => {
      const { roles } = cast(onArrays);
      const path = made(factory, roles, { space: onArrays.space, ...beyond(definition.options) });
      assert.deepEqual(await walk(path, onArrays), await walk(path, onArrays));
    });

    test('what is missing is said', () => {
      const [first] = definition.asks;
      const { [first!]: _, ...roles } = cast(onNumbers).roles;
      const wanted = [...definition.asks, 'space'].join(', ');
      assert.throws(() => made(factory, roles, { space: numbers }), {
        code: 'missing-role',
        message: `${name} asks ${wanted}, and ${first} was not given.`,
      });
    });
  });
}

/** Options away from the neutral setting. */
function beyond(specs: OptionSpecs): Readonly<Record<string, number>> {
  const wanted: Readonly<Record<string, number>> = { scale: 0.7, factor: 0.5, low: 0.2, threshold: 0.1 };
  return Object.fromEntries(Object.entries(wanted).filter(([option]) => option in specs));
}

/** A step of the walk, as a landing sees it. */
function landedAt(denoised: number): Landed<number> {
  const [limit, lincomb] = [(value: number): number => value, numbers.lincomb];
  const to = training.level(300);
  return {
    x: 0.7,
    from: level,
    to,
    index: 0,
    count: 6,
    landed: 0.65,
    denoised,
    model: denoised,
    limit,
    lincomb,
    noise: () => 0,
  };
}

test('every file in this folder is registered', async () => {
  const files = (await readdir(new URL('.', import.meta.url)))
    .map((file) => file.replace(/\.[jt]s$/, ''))
    .filter((file) => file !== 'index' && !file.endsWith('.test'));
  assert.deepEqual(files.sort(), [...guidances.names].sort());
});

test('a wrong name or option says what was meant', () => {
  assert.throws(() => guidances.get('apq'), {
    message: `Unknown guidance "apq". Did you mean "apg"? Known: ${guidances.names.join(', ')}.`,
  });
  const { conditional, unconditional } = cast(onNumbers).roles;
  assert.throws(() => guidances.entries['cfg++']({ conditional, unconditional, space: numbers, scale: 3 }), {
    message: 'cfg++: scale must be a number in [0, 1], got 3.',
  });
});

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { schedulerClasses } from '../src/sampling/index.js';
import type { Batch, ClassOracles } from './scheduler-oracles/harness.js';
import { absSum, reference } from './scheduler-reference.js';

interface Oracle {
  readonly cls: string;
  readonly sched: string | null;
  readonly test: string;
  readonly what: string;
}

const { entries, skip } = reference<Oracle>('scheduler-oracles.json');

const folder = new URL('./scheduler-oracles/', import.meta.url);
const files = (await readdir(folder)).filter((file) => /\.[jt]s$/.test(file) && !file.startsWith('harness'));
const tables = await Promise.all(
  files.map(async (file) => {
    const { oracles } = (await import(new URL(file, folder).href)) as { readonly oracles: ClassOracles };
    return oracles;
  }),
);

const classOf = ({ sched }: Oracle): string | null => sched?.match(/^\((\w+),\)$/)?.[1] ?? null;
const belongsTo = (entry: Oracle, table: ClassOracles, className: string): boolean =>
  table.testClass === undefined ? classOf(entry) === className : entry.cls === table.testClass;

/** `abs(result_sum.item() - 10.08) < 0.01` and its relatives, as numbers. */
function assertion(what: string) {
  const [, quantity, value, tolerance] =
    what.match(/result_(sum|mean)\.item\(\) - (-?[\d.]+(?:e-?\d+)?)\) < ([\d.]+(?:e-?\d+)?)/) ?? [];
  return quantity === undefined ? null : { quantity, value: Number(value), tolerance: Number(tolerance) };
}

const vacuous = 'the number is smaller than three times its tolerance: nothing could fail';
const holdsNone = 'compares two runs of diffusers with each other and holds no number';

suite('numbers asserted by the tests of diffusers', { skip }, () => {
  for (const table of tables) {
    for (const className of table.classes) {
      const matching = entries.filter((entry) => belongsTo(entry, table, className) && entry.test !== 'CONFIG');
      const at = { className, config: table.config, steps: table.steps };
      const ends = new Map<string, Promise<Batch>>();
      test(`${className} has entries`, () => assert.ok(matching.length > 0));

      for (const { test: name, what } of matching) {
        const number = assertion(what);
        const own = table.checks?.[name];
        const nothing = number ? Math.abs(number.value) < 3 * number.tolerance && vacuous : !own && holdsNone;
        test(`${className} ${name}: ${what}`, { skip: table.skip?.[name] ?? nothing }, async () => {
          if (own) return own(at, what);
          const start = table.runs[name];
          assert.ok(start && number, `no run is written for ${name}`);
          if (!ends.has(name)) ends.set(name, start(at));
          const end = await ends.get(name)!;
          const got = number.quantity === 'sum' ? absSum(end) : absSum(end) / end.data.length;
          assert.ok(Math.abs(got - number.value) < number.tolerance, `${got} against ${number.value}`);
        });
      }
    }
  }

  const covered = new Set(tables.flatMap(({ classes }) => classes));
  const named = [...new Set(entries.map(classOf))].filter((name): name is string => name !== null).sort();
  for (const name of named.filter((other) => !covered.has(other))) {
    const known = (schedulerClasses.names as readonly string[]).includes(name);
    const holds = entries.some((entry) => classOf(entry) === name && entry.test !== 'CONFIG');
    const why = holds ? 'is not among the classes that can be read' : 'has no entry but its config';
    test(name, { skip: known && holds ? false : `${name} ${why}` }, () => {
      assert.fail(`${name} is registered: write test/scheduler-oracles/ for its numbers`);
    });
  }
});

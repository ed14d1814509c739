import { extname } from 'node:path';

import { show } from '../../core/errors.js';
import { writeFileAtomic } from '../../files/atomic.js';
import { writePng } from '../../files/png.js';
import { rasterise } from '../../files/raster.js';
import { defineCommand } from '../define-command.js';
import { flagOf, usageError } from '../parse.js';
import type { PlotKind } from '../plot/define-plot.js';
import { plotKinds } from '../plot/kinds/index.js';
import { type PlotOptionName, plotOptions } from '../plot/plot-options.js';
import { openRuntime } from '../runtime.js';
import { splitNamed } from '../train/named.js';

/** What every drawing takes. */
const ofAll: readonly PlotOptionName[] = ['out', 'title', 'width'];

const kinds = plotKinds.names.map((name) => plotKinds.get(name));

export const plot = defineCommand({
  name: 'plot',
  summary: 'Draws schedules, losses, trajectories, fields and densities.',
  details: [
    'Colours can be told apart with any colour vision, and drawings are readable on light and on dark ground. Kinds:',
    ...kinds.map(({ name, summary, subjects, usual }) => {
      const behind = usual === null ? `takes ${subjects}` : `takes ${subjects}; ${usual} unless told`;
      return `${name}: ${summary} It ${behind}.`;
    }),
  ].join(' '),
  arguments: {
    kind: { placeholder: 'KIND', help: `What to draw: ${plotKinds.names.join(', ')}.`, required: true },
    of: { placeholder: 'NAMES', help: 'Of what, joined by commas: see above.', required: false },
  },
  options: plotOptions,
  short: { o: 'out', n: 'count', s: 'seed' },
  examples: [
    'langevin plot schedule linear,cosine,sigmoid -o schedules.svg',
    'langevin plot loss runs/a,runs/b -o losses.png',
    'langevin plot trajectory 1d --samplers ddim,ddpm',
    'langevin plot trajectory runs/2d-swissroll --samplers ddim,heun,euler-ancestral --steps 10',
    'langevin plot field 2d:moons --at 0.2,0.5,0.8 --show score',
    'langevin plot density 2d:letters:INK -o ink.png',
  ],
  async run({ arguments: { kind: name, of }, options, given, globals, out, signal }) {
    const kind = plotKinds.get(name);
    refuseStray(kind, given);
    const file = options.out ?? `${name}.svg`;
    const ending = extname(file).toLowerCase();
    if (ending !== '.svg' && ending !== '.png') {
      throw usageError(`plot: --out must end in .svg or .png, got ${show(file)}.`);
    }
    const words = of ?? kind.usual;
    if (words === null) throw usageError(`plot ${name} needs ${kind.subjects}.`);
    const subjects = splitNamed(words);
    if (subjects.includes('')) throw usageError(`plot ${name}: a name is empty in ${show(words)}.`);
    const { svg, facts } = await kind.draw({ subjects, options, runtime: () => openRuntime(globals), out, signal });
    if (ending === '.svg') await writeFileAtomic(file, svg);
    else await writePng(file, await rasterise(svg, { longest: 2 * longestSide(svg) }));
    out.print(`Wrote ${file}.`);
    return { files: [file], kind: name, ...facts };
  },
});

/** An option that a kind of drawing does not look at is a mistake. */
function refuseStray({ name, options }: PlotKind, given: ReadonlySet<string>): void {
  const stray = [...given].find(
    (option) => Object.hasOwn(plotOptions, option) && ![...ofAll, ...options].includes(option as PlotOptionName),
  );
  if (stray === undefined) return;
  const others = kinds.filter((kind) => kind.options.includes(stray as PlotOptionName)).map((kind) => kind.name);
  throw usageError(`plot ${name} has no option ${flagOf(stray)}. It is for: ${others.join(', ')}.`);
}

/** The longer of the two sides that a drawing says it has. */
const longestSide = (svg: string): number =>
  Math.max(...[...svg.slice(0, 400).matchAll(/ (?:width|height)="([\d.]+)"/g)].map(([, size]) => Number(size)));

import {
  category,
  gridOf,
  heatMap,
  line,
  type PlotOptions as Panel,
  panels,
  paths,
  scatter,
  themes,
} from '../../../plot/index.js';
import { usageError } from '../../parse.js';
import { plural } from '../../terminal/format.js';
import { splitNamed } from '../../train/named.js';
import { definePlot, type PlotContext, titled } from '../define-plot.js';
import { levelAt, openSubject, type Subject } from '../subject.js';
import { pathsOf, type Walk, walkPoints } from '../walk.js';

/** The ways of points from noise to data, a panel for each sampler, all from the same noise. */
export const trajectory = definePlot({
  name: 'trajectory',
  summary: 'The ways of points from noise to data under one or several samplers.',
  subjects: 'a model of points, 2d:NAME with its exact denoiser, or 1d for a mixture on a line',
  usual: '1d',
  options: ['samplers', 'steps', 'spacing', 'schedule', 'count', 'seed'],
  async draw({ subjects, options, runtime, out, signal }: PlotContext) {
    const [name = ''] = subjects;
    if (subjects.length > 1)
      throw usageError('plot trajectory draws one thing at a time; compare samplers with --samplers.');
    const subject = await openSubject(name, { options, runtime, out });
    const count = options.count ?? (subject.dim === 1 ? 40 : 150);
    const names = splitNamed(options.samplers);
    const walks: { readonly sampler: string; readonly walk: Walk }[] = [];
    for (const sampler of names)
      walks.push({ sampler, walk: await walkPoints({ ...options, subject, sampler, count, signal }) });
    const title = (sampler: string, { levels, evaluations }: Walk): string =>
      `${sampler}: ${plural(levels.length - 1, 'step')}, ${plural(evaluations, 'evaluation')}`;
    const drawn = walks.map(({ sampler, walk }) => ({
      title: title(sampler, walk),
      ...(subject.dim === 1 ? onLine(subject, walk) : inPlane(subject, walk)),
    }));
    const svg = panels(drawn, {
      title: titled(options, `From noise to data: ${subject.name}`),
      subtitle:
        subject.dim === 1
          ? 'Colours: the exact density of every moment, divided by its highest value. Lines: points on their way.'
          : 'Small dots: the noise where points start. Lines: their way. Large dots: where they arrive.',
      columns: Math.min(drawn.length, 3),
      width: options.width ?? (drawn.length === 1 ? (subject.dim === 1 ? 760 : 620) : drawn.length === 2 ? 980 : 1240),
      innerHeight: 320,
    });
    const facts = walks.map(({ sampler, walk }) => ({
      sampler,
      steps: walk.levels.length - 1,
      evaluations: walk.evaluations,
    }));
    return { svg, facts: { subject: subject.name, samplers: facts, count } };
  },
});

/** Time across, noise on the left; the density as colours behind the paths. */
function onLine(subject: Subject, { places, levels }: Walk): Omit<Panel, 'title'> {
  const { grid, exact } = subject;
  const reach = 2.4;
  const field = gridOf({ x: [0, 1], y: [-reach, reach], columns: 160, rows: 160 }, (u, x) =>
    exact!.density([x], levelAt(subject, 1 - u)),
  );
  // Every moment has its own highest value: a density grows without bound towards the data.
  const tops = Array.from({ length: 160 }, (_, c) =>
    Math.max(...Array.from({ length: 160 }, (_, r) => field.values[r * 160 + c]!)),
  );
  const values = Float64Array.from(field.values, (value, i) => value / tops[i % 160]!);
  const times = levels.map((level) => (level.sigma === 0 ? 1 : 1 - grid.indexOf(level) / (grid.count - 1)));
  const lines = Array.from({ length: places[0]!.data.length }, (_, i) =>
    line({ x: times, y: places.map(({ data }) => data[i]!), colour: '#ffffff', width: 1.1, opacity: 0.75 }),
  );
  return {
    x: { label: 'time: noise at 1, data at 0', domain: [0, 1], format: (u) => String(Math.round(10 * (1 - u)) / 10) },
    y: { label: 'x', domain: [-reach, reach] },
    marks: [heatMap({ field: { ...field, values }, domain: [0, 1.25] }), ...lines],
  };
}

function inPlane({ data }: Subject, { places }: Walk): Omit<Panel, 'title'> {
  const last = places.at(-1)!;
  return {
    equal: true,
    x: { domain: [-1.9, 1.9], ticks: 4 },
    y: { domain: [-1.9, 1.9], ticks: 4 },
    marks: [
      ...(data
        ? [scatter({ points: data.data, colour: themes.light.frame, size: 2, opacity: 0.5, label: 'data' })]
        : []),
      paths({
        paths: pathsOf(places),
        colour: category(0),
        width: 0.9,
        opacity: 0.45,
        ends: 'none',
        label: 'on the way',
      }),
      scatter({ points: places[0]!.data, colour: category(0), size: 2.5, opacity: 0.6 }),
      scatter({ points: last.data, colour: category(1), size: 4.5, opacity: 0.9, label: 'arrived' }),
    ],
  };
}

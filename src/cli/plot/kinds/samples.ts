import { category } from '../../../plot/colours.js';
import { type PlotOptions as Panel, panels, scatter } from '../../../plot/index.js';
import { splitNamed } from '../../train/named.js';
import { definePlot, titled } from '../define-plot.js';
import { openSubject } from '../subject.js';
import { walkPoints } from '../walk.js';

const axis = { domain: [-1.15, 1.15], ticks: 3 } as const;

/** Samples of models of points beside their data, a panel for each sampler. */
export const samples = definePlot({
  name: 'samples',
  summary: 'Samples of models of points beside the data they were trained on.',
  subjects: 'models of points, or 2d:NAME with the exact denoiser',
  usual: null,
  options: ['samplers', 'steps', 'spacing', 'schedule', 'count', 'seed'],
  async draw({ subjects, options, runtime, out, signal }) {
    const count = options.count ?? 2000;
    const names = splitNamed(options.samplers);
    const drawn: Panel[] = [];
    for (const name of subjects) {
      const subject = await openSubject(name, { options, runtime, out });
      if (subject.data) {
        const marks = [scatter({ points: subject.data.data.slice(0, 2 * count), colour: category(2), label: 'data' })];
        drawn.push({ title: 'data', equal: true, x: axis, y: axis, marks });
      }
      for (const sampler of names) {
        const { end, evaluations } = await walkPoints({ ...options, subject, sampler, count, signal });
        const title = `${subjects.length > 1 ? `${name}, ` : ''}${sampler}, ${evaluations} evaluations`;
        drawn.push({ title, equal: true, x: axis, y: axis, marks: [scatter({ points: end.data, label: 'samples' })] });
      }
    }
    const svg = panels(drawn, {
      title: titled(options, `Samples of ${subjects.join(', ')}`),
      columns: Math.min(3, drawn.length),
      width: options.width ?? (drawn.length === 1 ? 560 : 60 + 400 * Math.min(3, drawn.length)),
    });
    return { svg, facts: { subjects, samplers: names, count } };
  },
});

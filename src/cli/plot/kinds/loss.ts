import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { ToolkitError } from '../../../core/errors.js';

import { readNdjson } from '../../../files/ndjson.js';
import { bars, category, line, type PlotOptions as Panel, panels, scatter } from '../../../plot/index.js';
import { usageError } from '../../parse.js';
import { runningMean, thinned } from '../../report/charts.js';
import { figure } from '../../terminal/format.js';
import type { MetricsRecord } from '../../train/metrics-log.js';
import { runFolder } from '../../train/run-folder.js';
import { definePlot, titled } from '../define-plot.js';

interface Run {
  readonly name: string;
  readonly losses: readonly { readonly step: number; readonly value: number }[];
  readonly heldOut: readonly { readonly step: number; readonly value: number }[];
  readonly byLevel: readonly number[];
}

/** The losses of training runs over their steps, and the last held-out loss by noise level. */
export const loss = definePlot({
  name: 'loss',
  summary: 'Losses of training runs over their steps, and held-out loss by noise level.',
  subjects: 'folders of training runs',
  usual: null,
  options: ['smooth'],
  async draw({ subjects, options }) {
    if (subjects.length > 6) throw usageError(`plot loss: at most 6 runs can be told apart, got ${subjects.length}.`);
    const runs = await Promise.all(subjects.map(readRun));
    const part = options.smooth ?? 0.02;
    const curves = runs.flatMap(({ name, losses, heldOut }, i) => {
      const smooth = runningMean(losses, Math.max(1, Math.round(losses.length * part)));
      const [raw, mean] = [thinned(losses, 800), thinned(smooth, 400)];
      const places = heldOut.flatMap(({ step, value }) => [step, value]);
      const colour = category(i);
      return [
        line({ x: raw.map(({ step }) => step), y: raw.map(({ value }) => value), colour, width: 1, opacity: 0.3 }),
        line({ x: mean.map(({ step }) => step), y: mean.map(({ value }) => value), colour, label: name }),
        scatter({ points: places, colour, size: 8, opacity: 1 }),
      ];
    });
    const all = runs.flatMap(({ losses, heldOut }) => [...losses, ...heldOut]).map(({ value }) => value);
    const measured = runs.filter(({ byLevel }) => byLevel.length > 0);
    const drawn: Panel[] = [
      {
        title: measured.length > 0 ? 'loss over steps; dots: held out' : 'loss over steps',
        x: { label: 'step', domain: [0, 1.02 * Math.max(1, ...runs.map(({ losses }) => losses.at(-1)!.step))] },
        y: { kind: Math.max(...all) > 20 * Math.min(...all.filter((v) => v > 0)) ? 'log' : 'linear' },
        marks: curves,
      },
      ...(measured.length > 0 ? [levelPanel(measured, runs)] : []),
    ];
    const svg = panels(drawn, {
      title: titled(options, runs.length === 1 ? `Training of ${runs[0]!.name}` : 'Training runs'),
      width: options.width ?? (drawn.length === 1 ? 760 : 1080),
      innerHeight: 320,
    });
    const facts = runs.map(({ name, losses, heldOut }) => ({
      name,
      steps: losses.at(-1)?.step ?? 0,
      loss: losses.at(-1)?.value ?? null,
      heldOut: heldOut.at(-1)?.value ?? null,
    }));
    return { svg, facts: { runs: facts } };
  },
});

/** Held-out loss by noise level: bars of a few runs side by side. */
function levelPanel(measured: readonly Run[], runs: readonly Run[]): Panel {
  const fill = 0.8 / measured.length;
  return {
    title: 'held-out loss by noise level',
    x: { label: 'time: clean at 0, noise at 1', domain: [0, 1] },
    marks: measured.map((run, k) =>
      bars({
        edges: Array.from({ length: run.byLevel.length + 1 }, (_, i) => i / run.byLevel.length),
        values: run.byLevel,
        colour: category(runs.indexOf(run)),
        fill,
        offset: 0.1 + k * fill,
        hint: figure,
      }),
    ),
  };
}

async function readRun(root: string): Promise<Run> {
  const { metrics } = runFolder(root);
  if (!existsSync(metrics))
    throw new ToolkitError('not-found', `plot loss: ${root} is no training run: it has no metrics.jsonl.`);
  const records = await readNdjson<MetricsRecord>(metrics);
  const pick = (name: string) =>
    records.flatMap((record) =>
      typeof record[name] === 'number' ? [{ step: record.step, value: record[name] as number }] : [],
    );
  const losses = pick('loss');
  if (losses.length === 0) throw new ToolkitError('empty-data', `plot loss: ${root} has no losses yet.`);
  const last = records.findLast((record) => Array.isArray(record['heldOutByLevel']));
  return {
    name: basename(root),
    losses,
    heldOut: pick('heldOut'),
    byLevel: (last?.['heldOutByLevel'] ?? []) as readonly number[],
  };
}

import type { Estimate } from '../../metrics/index.js';
import { defineCommand } from '../define-command.js';
import { evalOptions } from '../eval/eval-options.js';
import { runEval } from '../eval/run-eval.js';
import { openRuntime } from '../runtime.js';
import { count, table } from '../terminal/format.js';

export const evaluate = defineCommand({
  name: 'eval',
  summary: 'Measures how good a model or its samples are.',
  details:
    'FID, KID, precision and recall compare pictures by features of a network: the shipped classifier of emoji, one of ' +
    'your own (train --task classifier), or any ONNX file. Energy distance, sliced Wasserstein and MMD compare points. ' +
    'class-accuracy is the share of samples that a judge takes for the class they were to be. ' +
    'nll-vlb and nll-ode are bits per dimension of held-out data, by the variational bound and by the ' +
    'probability-flow ODE. Every number comes with N, and with an interval where one can be given.',
  arguments: {},
  options: evalOptions,
  short: { n: 'count', c: 'class', g: 'guidance', s: 'seed' },
  examples: [
    'langevin eval --model models/emoji-32 -n 500 --sampler ddpm --steps 50',
    'langevin eval --model models/emoji-32 -n 360 --metric fid,class-accuracy --guidance 3',
    'langevin eval --model runs/faces --data emoji:faces --metric nll-vlb,nll-ode -n 16',
    'langevin eval --samples drawn/ --data icons/ --size 32 --metric kid --features inception.onnx',
  ],
  async run({ options, given, globals, out, signal }) {
    const begin = performance.now();
    const runtime = openRuntime(globals);
    const { estimates, notes, facts } = await runEval({ options, given, globals, runtime, out, signal });
    const seconds = (performance.now() - begin) / 1000;
    out.print(table([['metric', 'value', '95 % interval', 'N', 'better', 'unit'], ...estimates.map(row)]));
    const told = ['features', 'judge'].filter((name) => typeof facts[name] === 'string');
    const compared = told.map((name) => `, ${name} ${String(facts[name])}`).join('');
    out.print(`\nData ${facts['data']}, seed ${facts['seed']}${compared}.`);
    for (const note of notes) out.print(`Note: ${note}.`);
    return { estimates, notes, ...facts, seconds };
  },
});

/** Four digits are what such numbers are known to. */
const shown = (value: number): string => String(Number(value.toPrecision(4)));

const row = ({ name, value, interval, n, direction, unit }: Estimate): readonly string[] => [
  name,
  shown(value),
  interval ? `${shown(interval[0])} to ${shown(interval[1])}` : '',
  count(n),
  direction,
  unit,
];

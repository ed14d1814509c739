import type { HeldOutLoss } from '../../training/validate.js';
import { bars, lossCurve, type Point } from '../report/charts.js';
import { dataUri, escape, page } from '../report/html.js';
import { count, duration, plural } from '../terminal/format.js';
import { networkInWords } from '../train/card.js';
import type { TrainPlan } from '../train/plan.js';

/** Samples while training went on. */
export interface Preview {
  readonly step: number;
  readonly seconds: number;
  readonly png: Uint8Array;
}

/** What the shipped model drew: one picture of each class. */
export interface ClassPictures {
  readonly classes: readonly string[];
  readonly pngs: readonly Uint8Array[];
  readonly animation: Uint8Array;
  readonly seconds: number;
  readonly command: string;
}

export interface DemoReportOptions {
  readonly plan: TrainPlan;
  readonly parameters: number;
  readonly step: number;
  readonly seconds: number;
  readonly losses: readonly Point[];
  readonly heldOutPoints: readonly Point[];
  readonly heldOut: HeldOutLoss | null;
  readonly previews: readonly Preview[];
  /** Single samples of the model that was just trained. */
  readonly faces: readonly Uint8Array[];
  readonly animation: Uint8Array;
  /** How they were drawn: "60 steps of ddpm". */
  readonly sampler: string;
  /** Null where the shipped model is missing. */
  readonly shipped: ClassPictures | null;
  readonly commands: { readonly train: string; readonly root: string };
  /** For example "2 cores, Linux x64, node/cpu". */
  readonly machine: string;
  readonly date: Date;
}

/** The report of the demo as one HTML file. */
export function demoReport(options: DemoReportOptions): string {
  const { plan, parameters, step, seconds, date, machine } = options;
  const facts = {
    'pictures to learn from': count(plan.data.count),
    parameters: count(parameters),
    'steps of training': count(step),
    'of wall time': duration(seconds),
  };
  const body = [
    `<header>
<h1>A diffusion model, trained here a moment ago</h1>
<p class="lead">Langevin drew ${count(plan.data.count)} emoji faces at ${plan.data.size} × ${plan.data.size} pixels, started a
network from random numbers, and trained it for ${inWords(seconds)} on this machine. Every picture of a face below came out of pure noise.</p>
<ul class="facts">${Object.entries(facts)
      .map(([name, value]) => `<li><b>${value}</b><span>${name}</span></li>`)
      .join('')}</ul>
</header>`,
    facesSection(options),
    previewSection(options),
    curveSection(options),
    shippedSection(options),
    settingsSection(options),
    nextSection(options),
    `<footer>
<p>${plan.data.sources.map(({ name, author, license }) => `${escape(name)} by ${escape(author)}, ${escape(license)}`).join(' · ')}</p>
<p>Made with Langevin ${escape(plan.langevin)} on ${escape(machine)}, ${date.toISOString().slice(0, 16).replace('T', ' ')} UTC. This file needs nothing but itself.</p>
</footer>`,
  ];
  return page({
    title: 'Langevin: a diffusion model, trained here a moment ago',
    body: body.filter(Boolean).join('\n'),
  });
}

const inWords = (seconds: number): string =>
  seconds < 100 ? plural(Math.round(seconds), 'second') : plural(Math.round(seconds / 60), 'minute');

const png = (bytes: Uint8Array, alt: string): string =>
  `<img alt="${escape(alt)}" src="${dataUri(bytes, 'image/png')}">`;
const gif = (bytes: Uint8Array, alt: string): string =>
  `<img alt="${escape(alt)}" src="${dataUri(bytes, 'image/gif')}">`;

const section = (title: string, lead: string, content: string): string =>
  `<section>\n<h2>${title}</h2>\n<p class="soft">${lead}</p>\n${content}\n</section>`;

function facesSection({ faces, animation, sampler, plan }: DemoReportOptions): string {
  const tiles = faces.map((face, i) => png(face, `sample ${i}`)).join('');
  return section(
    'Faces it made up',
    `The first ${faces.length} samples of seed ${plan.options.seed}, not chosen, and the way of some of them out of the noise.`,
    `<div class="pair">
<div class="card"><div class="tiles">${tiles}</div></div>
<figure class="card film">${gif(animation, 'samples forming out of noise')}<figcaption>From noise to picture in ${sampler}</figcaption></figure>
</div>`,
  );
}

function previewSection({ previews }: DemoReportOptions): string {
  if (previews.length === 0) return '';
  const figures = previews.map(
    ({ step, seconds, png: picture }) =>
      `<figure>${png(picture, `samples at step ${step}`)}<figcaption>step ${count(step)}, ${duration(seconds)}</figcaption></figure>`,
  );
  return section(
    'How it learnt',
    'The same noise, turned into pictures by the network as it was at that moment.',
    `<div class="card strip">${figures.join('')}</div>`,
  );
}

function curveSection({ losses, heldOutPoints, heldOut }: DemoReportOptions): string {
  const key =
    '<div class="key"><span><i style="background:var(--accent)"></i>training</span>' +
    (heldOutPoints.length > 0 ? '<span><i style="background:var(--second)"></i>held-out pictures</span>' : '') +
    '</div>';
  const levels = heldOut
    ? `<div class="card"><div class="key">Held-out loss by noise level</div>${bars(heldOut.byLevel, ['almost clean', 'almost noise'])}</div>`
    : '';
  return section(
    'The loss',
    'How far the network is from the noise it should have seen through, squared. Faint: every step. Strong: the running mean.',
    `<div class="pair"><div class="card">${key}${lossCurve({ losses, heldOut: heldOutPoints })}</div>${levels}</div>`,
  );
}

function shippedSection({ shipped }: DemoReportOptions): string {
  const title = 'The model that comes with Langevin';
  if (!shipped) {
    return section(
      title,
      'It is not installed here (there is no folder <code>models/emoji-32</code>), so there is nothing to show.',
      '',
    );
  }
  const { classes, pngs, animation, seconds, command } = shipped;
  const rows = [...new Set(classes.map((name) => name.split('/')[0]!))];
  const columns = [...new Set(classes.map((name) => name.split('/').slice(1).join('/')))];
  const cell = (row: string, column: string): string => {
    const i = classes.indexOf(column === '' ? row : `${row}/${column}`);
    return i < 0 ? '<span></span>' : png(pngs[i]!, classes[i]!);
  };
  const table = [
    `<span></span>${columns.map((name) => `<span class="top">${escape(name.replaceAll('-', ' '))}</span>`).join('')}`,
    ...rows.map((row) => `<span>${escape(row)}</span>${columns.map((column) => cell(row, column)).join('')}`),
  ];
  return section(
    title,
    `The same code after more than a minute: 32 × 32 pixels, told what to draw. One picture of each of its
${classes.length} classes, in ${duration(seconds)}: <code>${escape(command)}</code>`,
    `<div class="card scroll"><div class="classes" style="grid-template-columns: 4.5rem repeat(${columns.length}, 1fr)">${table.join('\n')}</div></div>
<figure class="card film" style="margin-top:1.25rem">${gif(animation, 'all classes forming out of noise')}<figcaption>The same pictures on their way</figcaption></figure>`,
  );
}

function settingsSection({ plan, parameters, sampler, machine, commands }: DemoReportOptions): string {
  const { options, network, scheme } = plan;
  const rows: Readonly<Record<string, string>> = {
    Data: `${plan.data.name}, ${plan.data.size} × ${plan.data.size} × ${plan.data.channels}`,
    Network: networkInWords(network, parameters),
    'Noise schedule': `${options.schedule}, ${options.trainingLevels} levels`,
    Predicts: scheme.prediction,
    Optimiser: `AdamW, learning rate ${options.lr} (${options.curve}), batch ${options.batch * options.accumulate}, moving average ${options.ema}`,
    Samples: sampler,
    Seed: String(options.seed),
    Machine: machine,
  };
  const cells = Object.entries(rows).map(
    ([name, value]) => `<tr><th scope="row">${name}</th><td>${escape(value)}</td></tr>`,
  );
  return section(
    'Settings',
    'All of them are in <code>config.json</code> beside the model. The same by hand:',
    `<div class="card"><pre>${escape(commands.train)}</pre><div class="scroll"><table>${cells.join('')}</table></div></div>`,
  );
}

function nextSection({ commands: { root }, shipped }: DemoReportOptions): string {
  const ideas: readonly (readonly [string, string])[] = [
    ['Let the same run go on', `langevin train --out ${root} --resume --minutes 10`],
    ['Train on your own pictures', 'langevin train --data path/to/images --size 32 --minutes 30'],
    ['Draw more with what you have', `langevin sample --model ${root} -n 100 --seed 7 -o more.png`],
    ['Compare samplers', `langevin sample --model ${root} --sampler dpmpp-2m --spacing karras --steps 10 -o fast.png`],
    ...(shipped
      ? [['Ask for a class, and insist', 'langevin sample --class food-drink --guidance 3 -n 32 -o food.png'] as const]
      : []),
    ['Look inside', `langevin inspect ${root}`],
  ];
  const entries = ideas.map(([title, command]) => `<div><dt>${title}</dt><dd><pre>${escape(command)}</pre></dd></div>`);
  return section(
    'What to try next',
    'In this folder, each as it stands (with <code>node bin/langevin.js</code> for <code>langevin</code> in the repository).',
    `<div class="card"><dl>${entries.join('')}</dl></div>`,
  );
}

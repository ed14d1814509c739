import { floats } from '../../../src/core/host-array.js';
import { fold, key } from '../../../src/core/random.js';
import { batchSpace } from '../../../src/core/space.js';
import {
  centres,
  cosine,
  densityOn,
  entropyCurve,
  finiteData,
  fokkerPlanck,
  forwardMotion,
  grid,
  histogram,
  ink,
  jump,
  type Level,
  leastError,
  type Moment,
  type Motion,
  markovWalk,
  mixture,
  posterior,
  posteriorFloat32,
  probabilityFlow,
  reverseMotion,
  simulateForward,
  simulateReverse,
  snrCurve,
  vp,
} from '../../../src/diffusion/index.js';
import {
  bars,
  category,
  gridOf,
  gridPlaces,
  heatMap,
  line,
  type PlotOptions,
  panels,
  quiver,
  scatter,
} from '../../../src/plot/index.js';
import { bells, densityMark, grey, levelOf, shown, times } from './playground.js';
import { middleOf } from './schedules.js';

const sde = vp();
const space = batchSpace();
const cells = { from: -3, to: 3, count: 120 };
const places = [...centres(cells)];
const many = 4000;

const start = (count: number) =>
  floats(
    [1, count],
    Float32Array.from(bells.sample({ count, key: key(4) }), ([x]) => x!),
  );

const densityLine = (level: Level, colour: string, label?: string) =>
  line({ x: places, y: places.map((x) => bells.density([x], level)), colour, ...(label !== undefined && { label }) });

const line1d = { label: 'x', domain: [-3, 3] as const };

/** The density over time instead of log-SNR, for processes that run in time. */
function overTime(level: (t: number) => Level) {
  const [columns, rows, reach] = [84, 56, 3];
  const field = gridOf({ x: [0, 1], y: [-reach, reach], columns, rows }, (t, x) => bells.density([x], level(t)));
  const top = (c: number): number =>
    Math.max(...Array.from({ length: rows }, (_, r) => field.values[r * columns + c]!));
  const tops = Array.from({ length: columns }, (_, c) => top(c));
  return heatMap({
    field: { ...field, values: Float64Array.from(field.values, (v, i) => v / tops[i % columns]!) },
    domain: [0, 1.25],
  });
}

const ways = (all: readonly Moment<ReturnType<typeof start>>[], count = 14) => {
  const every = Math.ceil(all.length / 80);
  const moments = all.filter((_, i) => i % every === 0 || i === all.length - 1);
  return Array.from({ length: count }, (_, i) =>
    line({
      x: moments.map(({ t }) => t),
      y: moments.map(({ x }) => x.data[i]!),
      colour: '#ffffff',
      width: 1.1,
      opacity: 0.85,
    }),
  );
};

const ended = (data: ArrayLike<number>, level: Level, title: string): PlotOptions => ({
  title,
  x: line1d,
  marks: [
    bars({
      edges: Array.from({ length: 61 }, (_, i) => -3 + i / 10),
      values: [...histogram(data, { from: -3, to: 3, count: 60 })],
      fill: 1,
      opacity: 0.55,
      label: `${many} particles`,
    }),
    densityLine(level, category(1), 'exact'),
  ],
});

const motionPicture = (title: string, of: (t: number) => Motion): PlotOptions => {
  const rows = times.map(of);
  const [x, score, noise] = [rows.map((m) => m.x), rows.map((m) => m.score), rows.map((m) => m.noise)];
  return {
    title,
    x: { label: 'time t', domain: [0, 1] },
    y: { domain: widest([x, score, noise]) },
    marks: [
      line({ x: times, y: x, colour: category(0), label: 'factor of x' }),
      line({ x: times, y: score, colour: category(1), label: 'factor of the score' }),
      line({ x: times, y: noise, colour: category(2), label: 'noise' }),
    ],
  };
};

const widest = (rows: readonly (readonly number[])[]): readonly [number, number] => {
  const ranges = rows.map((row) => middleOf(row));
  return [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))];
};

const two = (plots: readonly PlotOptions[], title: string, subtitle: string): string =>
  panels(plots, { title, subtitle, width: 880, columns: Math.min(2, plots.length), innerHeight: 220 });

const plane = mixture([
  { weight: 1, mean: [-0.8, -0.3], sd: [0.2, 0.35] },
  { weight: 1, mean: [0.7, 0.6], sd: 0.2 },
  { weight: 0.6, mean: [0.5, -0.8], sd: [0.35, 0.12] },
]);

const inPlane = (level: Level) =>
  gridOf({ x: [-2, 2], y: [-2, 2], columns: 48, rows: 48 }, (x, y) => plane.density([x, y], level));

type Draw = () => string;

/** A picture for each public function of processes, by its name. */
export const processPictures: Readonly<Record<string, Draw>> = {
  diffuse() {
    const clean = start(14);
    const noise = space.gaussian(clean, key(9));
    const levels = Array.from({ length: 60 }, (_, i) => levelOf(shown[1] - (i / 59) * (shown[1] - shown[0])));
    const lambdas = levels.map(({ alpha, sigma }) => 2 * Math.log(alpha / sigma));
    const lines = Array.from({ length: 14 }, (_, i) =>
      line({
        x: lambdas,
        y: levels.map(({ alpha, sigma }) => alpha * clean.data[i]! + sigma * noise.data[i]!),
        colour: '#ffffff',
        width: 1.1,
        opacity: 0.85,
      }),
    );
    const x = { label: 'log-SNR: noise on the left, data on the right', domain: shown };
    const level = levelOf(0.5);
    const drawn = start(many);
    const mixed = space.lincomb([level.alpha, drawn], [level.sigma, space.gaussian(drawn, key(9))]);
    return two(
      [
        { title: 'one noise for each of 14 points', x, y: { domain: [-2.6, 2.6] }, marks: [densityMark(), ...lines] },
        ended(mixed.data, level, 'all of them at log-SNR ½'),
      ],
      'diffuse',
      'α·clean + σ·noise for points of three bells',
    );
  },
  mixRows() {
    const clean = start(many);
    const levels = [4, 1, -2].map(levelOf);
    return panels(
      levels.map((level, k) => {
        const noise = space.gaussian(clean, fold(key(9), k));
        return ended(
          space.lincomb([level.alpha, clean], [level.sigma, noise]).data,
          level,
          `row at log-SNR ${[4, 1, -2][k]}`,
        );
      }),
      { title: 'mixRows', subtitle: 'Every row of a batch at a level of its own', width: 960, innerHeight: 200 },
    );
  },
  jump() {
    const from = cosine().level(0.1);
    const rest = times.filter((t) => t > 0.1);
    const jumps = rest.map((t) => jump(from, cosine().level(t)));
    return two(
      [
        {
          title: 'from t = 0.1 to every later time',
          x: { label: 'time t', domain: [0, 1] },
          marks: [
            line({ x: rest, y: jumps.map(({ scale }) => scale), label: 'scale' }),
            line({ x: rest, y: jumps.map(({ sigma }) => sigma), colour: category(1), label: 'σ of the fresh noise' }),
          ],
        },
        ended(
          (() => {
            const [less, more] = [cosine().level(0.1), cosine().level(0.5)];
            const at = start(many);
            const noisy = space.lincomb([less.alpha, at], [less.sigma, space.gaussian(at, key(1))]);
            const { scale, sigma } = jump(less, more);
            return space.lincomb([scale, noisy], [sigma, space.gaussian(at, key(2))]).data;
          })(),
          cosine().level(0.5),
          'jumped from 0.1 to 0.5',
        ),
      ],
      'jump',
      'q(x_t | x_s) on the cosine schedule',
    );
  },
  posterior() {
    const more = cosine().level(0.6);
    const rest = times.filter((t) => t < 0.6);
    const all = rest.map((t) => posterior(more, cosine().level(t)));
    const [x, clean, less] = [0.9, -0.5, cosine().level(0.4)];
    const { x: onX, clean: onClean, sigma } = posterior(more, less);
    const bell = (mean: number, sd: number, colour: string, label: string) =>
      line({
        x: places,
        y: places.map((at) => Math.exp(-(((at - mean) / sd) ** 2) / 2) / sd / Math.sqrt(2 * Math.PI)),
        colour,
        label,
      });
    const step = jump(less, more);
    return two(
      [
        {
          title: 'from t = 0.6 back to every earlier time',
          x: { label: 'time s', domain: [0, 0.6] },
          marks: [
            line({ x: rest, y: all.map((q) => q.x), label: 'factor of x_t' }),
            line({ x: rest, y: all.map((q) => q.clean), colour: category(1), label: 'factor of x₀' }),
            line({ x: rest, y: all.map((q) => q.sigma), colour: category(2), label: 'σ_Q' }),
          ],
        },
        {
          title: 'where x was at s = 0.4',
          x: line1d,
          marks: [
            bell(less.alpha * clean, less.sigma, grey, 'by x₀ alone'),
            bell(x / step.scale, step.sigma / step.scale, category(4), 'by x_t alone'),
            bell(onX * x + onClean * clean, sigma, category(2), 'by both: the posterior'),
          ],
        },
      ],
      'posterior',
      'q(x_s | x_t, x₀) on the cosine schedule; on the right of x_t = 0.9 at t = 0.6 and x₀ = −0.5',
    );
  },
  posteriorFloat32() {
    const training = grid({ schedule: cosine() });
    const indices = Array.from({ length: 120 }, (_, i) => 1 + Math.round((i / 119) * 997));
    return two(
      [
        {
          title: 'what single precision changes',
          x: { label: 'training index' },
          y: { label: 'relative difference', kind: 'log' },
          marks: (['x', 'clean', 'sigma'] as const).map((of, k) =>
            line({
              x: indices,
              y: indices.map((i) => {
                const [more, less] = [training.level(i), training.level(i - 1)];
                const [a, b] = [posterior(more, less)[of], single(more, less)[of]];
                return Math.max(1e-10, Math.abs(a - b) / Math.abs(a));
              }),
              colour: category(k),
              width: 1.5,
              label: ['factor of x', 'factor of x₀', 'σ'][k]!,
            }),
          ),
        },
      ],
      'posteriorFloat32',
      'Rounded as torch programs do, against float64: cosine chain of 1000 steps',
    );
  },
  markovWalk() {
    const training = grid({ schedule: cosine(), count: 60 });
    const x = start(many);
    const moments = [
      { t: 0, x },
      ...[...markovWalk({ grid: training, space, key: key(6), x })].map((s) => ({ t: (s.index + 1) / 60, x: s.x })),
    ];
    const level = training.level(35);
    return two(
      [
        {
          title: '60 steps',
          x: { label: 'time t', domain: [0, 1] },
          y: { domain: [-3, 3] },
          marks: [
            overTime((t) => (t === 0 ? { alpha: 1, sigma: 0 } : cosine().level(Math.min(0.999, t)))),
            ...ways(moments),
          ],
        },
        ended(moments[36]!.x.data, level, 'after 36 of them: the same as one jump'),
      ],
      'markovWalk',
      'The forward process one training step at a time',
    );
  },
  forwardMotion: () =>
    two(
      [motionPicture('vp: dx = f·x dt + g dw', (t) => forwardMotion({ schedule: sde, t }))],
      'forwardMotion',
      'Coefficients of the forward SDE',
    ),
  reverseMotion: () =>
    two(
      [
        motionPicture('η = 1: the reverse SDE', (t) => reverseMotion({ schedule: sde, t })),
        motionPicture('η = ½: half-way to the ODE', (t) => reverseMotion({ schedule: sde, t, eta: 0.5 })),
      ],
      'reverseMotion',
      'Coefficients of the process backwards in time, vp schedule',
    ),
  probabilityFlow: () =>
    two(
      [motionPicture('vp: dx/dt = f·x − ½g²·score', (t) => probabilityFlow({ schedule: sde, t })), flowLines()],
      'probabilityFlow',
      'The ODE with the same densities as the SDE',
    ),
  simulateForward() {
    const x = start(many);
    const moments = [{ t: 0, x }, ...simulateForward({ schedule: sde, x, steps: 120, space, key: key(7) })];
    return two(
      [
        {
          title: '120 steps',
          x: { label: 'time t', domain: [0, 1] },
          y: { domain: [-3, 3] },
          marks: [overTime(sde.level), ...ways(moments)],
        },
        ended(moments[36]!.x.data, sde.level(0.3), 'at t = 0.3'),
      ],
      'simulateForward',
      'Particles under the forward SDE of the vp schedule; colours: the exact density',
    );
  },
  simulateReverse() {
    const at = (eta: number) => {
      const x = space.gaussian(floats([1, many]), key(5));
      const score = (of: typeof x, level: Level) =>
        floats(
          of.shape,
          of.data.map((value) => bells.score([value], level)[0]!),
        );
      const walk = simulateReverse({ schedule: sde, x, steps: 150, to: 0.002, space, key: key(7), score, eta });
      return [{ t: 1, x }, ...walk];
    };
    const panel = (title: string, moments: ReturnType<typeof at>): PlotOptions => ({
      title,
      x: { label: 'time t, from 1 down to 0', domain: [0, 1], format: (u) => String(Math.round(10 * (1 - u)) / 10) },
      y: { domain: [-3, 3] },
      marks: [
        overTime((u) => sde.level(Math.max(0.002, 1 - u))),
        ...ways(moments.map(({ t, x }) => ({ t: 1 - t, x }))),
      ],
    });
    return two(
      [panel('η = 1: the reverse SDE', at(1)), panel('η = 0: the probability-flow ODE', at(0))],
      'simulateReverse',
      'Two ways from noise to data through the same densities, with the exact score',
    );
  },
  mixture() {
    const levels = [3, 0, -3];
    return two(
      [
        {
          title: 'density p(x)',
          x: line1d,
          marks: [
            densityLine({ alpha: 1, sigma: 0 }, grey, 'data'),
            ...levels.map((lambda, k) => densityLine(levelOf(lambda), category(k), `log-SNR ${lambda}`)),
          ],
        },
        {
          title: 'the denoiser E[x₀ | x]',
          x: line1d,
          marks: levels.map((lambda, k) =>
            line({
              x: places,
              y: places.map((x) => bells.denoise([x], levelOf(lambda))[0]!),
              colour: category(k),
              label: `log-SNR ${lambda}`,
            }),
          ),
        },
      ],
      'mixture',
      'Three bells, noised',
    );
  },
  snrCurve() {
    const curves = [
      { name: 'cosine', points: snrCurve({ schedule: cosine(), count: 120 }) },
      { name: 'vp', points: snrCurve({ schedule: sde, count: 120 }) },
    ];
    return two(
      [
        {
          title: 'SNR over time',
          x: { label: 'time t', domain: [0, 1] },
          y: { kind: 'log', domain: [1e-5, 1e5] },
          marks: curves.map(({ name, points }, k) =>
            line({ x: points.map(({ t }) => t), y: points.map(({ snr }) => snr), colour: category(k), label: name }),
          ),
        },
      ],
      'snrCurve',
      'What is left of the signal',
    );
  },
  entropyCurve() {
    const points = entropyCurve({ schedule: cosine(), data: bells, count: 60 });
    const t = points.map((point) => point.t);
    return two(
      [
        {
          title: 'entropies, in nats',
          x: { label: 'time t', domain: [0, 1] },
          marks: [
            line({ x: t, y: points.map(({ entropy }) => entropy), label: 'h(x_t)' }),
            line({
              x: t,
              y: points.map(({ noise }) => noise),
              colour: category(1),
              label: 'h(x_t | x₀), of the noise',
            }),
          ],
        },
        {
          title: 'I(x₀; x_t): what can still be seen',
          x: { label: 'time t', domain: [0, 1] },
          y: { domain: [0, 3] },
          marks: [line({ x: t, y: points.map(({ information }) => information), colour: category(2) })],
        },
      ],
      'entropyCurve',
      'Three bells on the cosine schedule',
    );
  },
  leastError() {
    const lambdas = Array.from({ length: 80 }, (_, i) => -8 + (i / 79) * 16);
    const least = lambdas.map((lambda) => leastError({ data: bells, level: levelOf(lambda) }));
    const linear = lambdas.map((lambda) => {
      const { alpha, sigma } = levelOf(lambda);
      const variance = leastError({ data: bells, level: levelOf(-30) });
      return (variance * sigma ** 2) / (alpha ** 2 * variance + sigma ** 2);
    });
    return two(
      [
        {
          title: 'E(x₀ − E[x₀ | x])²',
          x: { label: 'log-SNR: noise on the left, data on the right' },
          marks: [
            line({ x: lambdas, y: linear, colour: grey, width: 2, label: 'if it were one Gaussian' }),
            line({ x: lambdas, y: least, label: 'three bells' }),
          ],
        },
      ],
      'leastError',
      'The error below which no denoiser gets',
    );
  },
  ink() {
    const drop = mixture([
      { weight: 1, mean: [-1.2], sd: 0.12 },
      { weight: 0.7, mean: [0.9], sd: 0.2 },
    ]);
    return panels(
      [0.05, 0.15, 0.35].map((t): PlotOptions => {
        const seen = ink({
          drop,
          schedule: sde,
          t,
          cells: { from: -3, to: 3, count: 90 },
          particles: 6000,
          key: key(2),
        });
        const x = [...seen.x];
        return {
          title: `t = ${t}`,
          x: line1d,
          marks: [
            bars({
              edges: Array.from({ length: 91 }, (_, i) => -3 + i / 15),
              values: [...seen.particles],
              fill: 1,
              opacity: 0.45,
              label: 'particles',
            }),
            line({ x, y: seen.equation, colour: category(1), label: 'Fokker–Planck' }),
            line({ x, y: seen.exact, colour: category(2), width: 1.6, dashed: true, label: 'closed form' }),
          ],
        };
      }),
      {
        title: 'ink',
        subtitle: 'A drop in water as molecules, as a concentration and as a formula',
        width: 960,
        innerHeight: 200,
      },
    );
  },
  histogram: () =>
    two(
      [ended(start(many).data, { alpha: 1, sigma: 0 }, '60 cells')],
      'histogram',
      'Counts divided by their number and the width',
    ),
  densityOn() {
    const level = levelOf(1);
    const axis = { from: -2, to: 2, count: 48 };
    const values = densityOn({ mixture: plane, level, axes: [axis, axis] });
    const turned = Float64Array.from(values, (_, i) => values[(i % 48) * 48 + Math.floor(i / 48)]!);
    const field = { x: [-2, 2] as const, y: [-2, 2] as const, columns: 48, rows: 48, values: turned };
    return panels(
      [
        {
          title: 'the data',
          equal: true,
          x: { ticks: 4 },
          y: { ticks: 4 },
          marks: [heatMap({ field: inPlane({ alpha: 1, sigma: 0 }) })],
        },
        { title: 'at log-SNR 1', equal: true, x: { ticks: 4 }, y: { ticks: 4 }, marks: [heatMap({ field })] },
        {
          title: 'at log-SNR −2',
          equal: true,
          x: { ticks: 4 },
          y: { ticks: 4 },
          marks: [heatMap({ field: inPlane(levelOf(-2)) })],
        },
      ],
      { title: 'densityOn', subtitle: 'Three bells in the plane, noised', width: 900 },
    );
  },
  finiteData() {
    const data = [-0.9, -0.8, 0.7, 0.9, 0.9, -0.4, -0.2, 0.3, 0.1, -0.9];
    const known = finiteData(floats([5, 2], data));
    const at = gridPlaces({ x: [-1.5, 1.5], y: [-1.5, 1.5], columns: 15, rows: 15 });
    const panel = (lambda: number): PlotOptions => {
      const level = levelOf(lambda);
      const x = floats(
        [at.length / 2, 2],
        Float32Array.from(at, (value) => level.alpha * value),
      );
      const clean = known.denoise(x, level).data;
      return {
        title: `log-SNR ${lambda}`,
        equal: true,
        x: { domain: [-1.5, 1.5], ticks: 4 },
        y: { domain: [-1.5, 1.5], ticks: 4 },
        marks: [
          quiver({
            at,
            vectors: Float64Array.from(at, (value, i) => clean[i]! - value),
            longest: 0.24,
            colour: category(0),
          }),
          scatter({ points: data, colour: category(1), size: 9, opacity: 1, label: 'the data' }),
        ],
      };
    };
    return panels([panel(-2), panel(1), panel(4)], {
      title: 'finiteData',
      subtitle: 'Five points: arrows from x/α towards E[x₀ | x]',
      width: 900,
    });
  },
  centres: () =>
    two(
      [
        {
          title: '12 cells from −3 to 3',
          x: line1d,
          y: { ticks: 0, domain: [0, 1] },
          marks: [
            scatter({
              points: [...centres({ from: -3, to: 3, count: 12 })].flatMap((x) => [x, 0.5]),
              size: 9,
              opacity: 1,
            }),
          ],
        },
      ],
      'centres',
      'Where values of cells belong',
    ),
  fokkerPlanck() {
    const density = places.map((x) => bells.density([x]));
    return panels(
      [0.02, 0.1, 0.4].map((t): PlotOptions => {
        const p = fokkerPlanck({ schedule: sde, cells, density, to: t, steps: 120 });
        return {
          title: `t = ${t}`,
          x: line1d,
          y: { domain: [0, 0.8] },
          marks: [
            line({ x: places, y: density, colour: grey, width: 1.5, label: 'the data' }),
            line({ x: places, y: p, label: 'the equation solved' }),
            line({
              x: places,
              y: places.map((x) => bells.density([x], sde.level(t))),
              colour: category(1),
              width: 1.6,
              dashed: true,
              label: 'closed form',
            }),
          ],
        };
      }),
      {
        title: 'fokkerPlanck',
        subtitle: 'A density that moves under the SDE of the vp schedule',
        width: 960,
        innerHeight: 200,
      },
    );
  },
};

const single = (more: Level, less: Level) => posteriorFloat32(more, less);

function flowLines(): PlotOptions {
  const x = floats(
    [1, 14],
    Float32Array.from({ length: 14 }, (_, i) => -2.3 + (i * 4.6) / 13),
  );
  const score = (of: typeof x, level: Level) =>
    floats(
      of.shape,
      of.data.map((value) => bells.score([value], level)[0]!),
    );
  const moments = [
    { t: 1, x },
    ...simulateReverse({ schedule: sde, x, steps: 150, to: 0.002, space, key: key(7), score, eta: 0 }),
  ];
  return {
    title: 'its lines',
    x: { label: 'time t', domain: [0, 1] },
    y: { domain: [-3, 3] },
    marks: [overTime((t) => sde.level(Math.max(0.002, t))), ...ways(moments)],
  };
}

import { floats } from '../../../src/core/host-array.js';
import { key } from '../../../src/core/random.js';
import { batchSpace } from '../../../src/core/space.js';
import { finish, type PointSet, points } from '../../../src/data/index.js';
import { type energyDistance, type Measurement, type MetricFactory, measured } from '../../../src/metrics/index.js';
import { band, category, line, plot, rule, scatter } from '../../../src/plot/index.js';
import type { LimitFactory } from '../../../src/sampling/index.js';
import type { Curve } from '../../../src/training/index.js';
import { grey } from './playground.js';

/** The points themselves. */
export async function pointsPicture(name: string, set: PointSet, which = name): Promise<string> {
  const data = await finish(points.load({ which, count: 1500 }));
  const classes = data.classes ?? [''];
  const marks = classes.map((label, k) => {
    const own = data.items.flatMap((item, i) =>
      data.classes === null || item.label === k ? [data.images[2 * i]!, data.images[2 * i + 1]!] : [],
    );
    return scatter({
      points: own,
      colour: category(k),
      size: 3,
      opacity: 0.6,
      ...(label !== '' && classes.length <= 8 && { label }),
    });
  });
  const domain = [-1.1, 1.1] as const;
  return plot({
    title: `2d:${which}`,
    subtitle: set.summary,
    width: 460,
    equal: true,
    x: { domain, ticks: 4 },
    y: { domain, ticks: 4 },
    marks,
  });
}

/** The rate over a run of 1000 steps. */
export function curvePicture(name: string, create: () => Curve): string {
  const curve = create();
  const steps = Array.from({ length: 201 }, (_, i) => i * 5);
  return plot({
    title: name,
    subtitle: 'Factor of the learning rate over a run of 1000 steps',
    width: 620,
    height: 300,
    x: { label: 'step', domain: [0, 1000] },
    y: { domain: [0, 1.1] },
    marks: [line({ x: steps, y: steps.map((step) => curve({ step, total: 1000 })) })],
  });
}

/** What clean values become: those of one picture whose values spread over [−3, 3]. */
export function limitPicture(name: string, create: LimitFactory): string {
  const values = Array.from({ length: 121 }, (_, i) => (i - 60) / 20);
  const settings =
    name === 'dynamic-threshold'
      ? [
          { ratio: 0.6, max: 3 },
          { ratio: 0.9, max: 3 },
        ]
      : [{}];
  return plot({
    title: name,
    subtitle: 'What becomes of the values of a picture that lie evenly between −3 and 3',
    width: 620,
    height: 320,
    x: { label: 'value as the model expects it' },
    y: { label: 'value that is used', domain: [-1.6, 1.6] },
    marks: [
      line({ x: values, y: values, colour: grey, width: 1.5, dashed: true, label: 'unlimited' }),
      ...settings.map((options, k) => {
        const made = create(options as never);
        const out = made.apply(floats([1, values.length], Float32Array.from(values)), batchSpace());
        const label = Object.keys(options).length === 0 ? name : `ratio ${(options as { ratio: number }).ratio}, max 3`;
        return line({ x: values, y: out.data, colour: category(k), label });
      }),
    ],
  });
}

/** What a metric of two sets says when one of them is moved away from the other. */
export async function metricPicture(name: string, create: MetricFactory): Promise<string | null> {
  if (create.definition.needs === 'model' || create.definition.needs === 'classes') return null;
  const count = 250;
  const normal = (seed: number, shift: number) => {
    const z = batchSpace().gaussian(floats([count, 2]), key(seed));
    return floats(
      [count, 2],
      z.data.map((value, i) => value + (i % 2 === 0 ? shift : 0)),
    );
  };
  const reference = normal(1, 0);
  const shifts = Array.from({ length: 13 }, (_, i) => i / 4);
  const metric = create() as ReturnType<typeof energyDistance>;
  const found: Measurement[] = [];
  for (const shift of shifts)
    found.push(await measured(metric.measure({ reference, samples: normal(2, shift), key: key(3) })));
  const names = found[0]!.estimates.map((estimate) => estimate.name);
  const marks = names.flatMap((label, k) => {
    const own = found.map(({ estimates }) => estimates[k]!);
    const low = own.map(({ interval }) => interval?.[0] ?? NaN);
    const high = own.map(({ interval }) => interval?.[1] ?? NaN);
    return [
      ...(low.some(Number.isFinite) ? [band({ x: shifts, low, high, colour: category(k) })] : []),
      line({ x: shifts, y: own.map(({ value }) => value), colour: category(k), label }),
    ];
  });
  return plot({
    title: name,
    subtitle: `Two sets of ${count} normal points in the plane, one of them moved`,
    width: 620,
    height: 330,
    x: { label: 'distance of the means, in standard deviations' },
    marks: [rule({ y: 0 }), ...marks],
  });
}

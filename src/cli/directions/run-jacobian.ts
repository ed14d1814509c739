import { join } from 'node:path';
import { show } from '../../core/errors.js';
import { floats, sizeOf } from '../../core/host-array.js';
import { fold, key } from '../../core/random.js';
import { batchSpace } from '../../core/space.js';
import {
  type DiffusionModel,
  hspace,
  hspaceJacobian,
  nullLabel,
  pictureShape,
  type SemanticDirection,
  saveDirection,
} from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { assemble, directions } from '../../sampling/index.js';
import { copiesOf, openSource } from '../edit/edit-source.js';
import { requireTap } from '../edit/semantic-edits.js';
import { usageError } from '../parse.js';
import { parseClasses } from '../sample/classes.js';
import { sampleDefaults } from '../sample/sample-options.js';
import { type SampleOptions, settleSampling } from '../sample/settle-sampling.js';
import type { Output } from '../terminal/output.js';
import { commandLine } from '../train/command-line.js';
import { version } from '../version.js';
import { directionsOptions } from './directions-options.js';
import { type DirectionsOptions, directionFile, type MadeDirection } from './run-directions.js';

export interface RunJacobianOptions {
  readonly options: DirectionsOptions;
  readonly model: DiffusionModel;
  readonly runtime: Runtime;
  readonly out: Output;
  readonly signal: AbortSignal;
}

/** Strength 1, as a share of the length of what passes the tap at the picture. */
const share = 0.3;

/** The directions in which one picture answers most at one time, the strongest first, each in its file. */
export async function runJacobian(job: RunJacobianOptions): Promise<readonly MadeDirection[]> {
  const { options, model, runtime, out } = job;
  const { picture, time, tap, seed, wanted } = options;
  if (picture === null) {
    throw usageError('directions: jacobian looks at one picture. Name it with --picture FILE or --picture seed:N.');
  }
  requireTap({ model, runtime, tap });
  const label = labelOf(job);
  const { x, cNoise, sha256 } = await noisedPicture(job, picture);
  const root = fold(key(seed), 'directions', 'jacobian');
  using open = hspace({ model, runtime, batch: 1, tap });
  const { h } = await open.record({ x, cNoise, labels: label === null ? null : [label] });
  using products = await hspaceJacobian({ model, runtime, tap, x, cNoise, label });
  out.say(`jacobian: about ${2 * 20 * wanted} gradients at most, at time ${time} and ${tap}.`);
  const found = await directions.get('jacobian')({ count: wanted }).find({ jacobian: products, key: root });
  const unit = share * Math.sqrt(h.data.reduce((sum, value) => sum + value ** 2, 0));
  const made = commandLine('directions', directionsOptions, { ...options, out: 'directions' });
  const name = options.attribute ?? 'jacobian';
  const files: MadeDirection[] = [];
  for (const [i, { values, value }] of found.entries()) {
    const attribute = `${name}-${i + 1}`;
    const scaled = Float32Array.from(values, (one) => one * unit);
    const direction: SemanticDirection = {
      ...{ attribute, tap, model: model.hash, method: 'jacobian', edit: options.edit },
      change: { kind: 'fixed', times: [time], values: floats([1, ...open.shape], scaled) },
      details: {
        ...{ langevin: version(), made, seed: String(seed), picture, sha256, pictures: '1' },
        ...{ time: String(time), gain: value.toPrecision(4), length: unit.toPrecision(4) },
      },
    };
    const file = join(options.out, directionFile(attribute));
    await saveDirection(file, direction, { dtype: 'F16' });
    out.say(`${attribute}: gain ${value.toPrecision(3)}, of ${sizeOf(open.shape)} numbers.`);
    files.push({ file, direction });
  }
  return files;
}

/** What the model is told of the picture; "any class" unless said, null for a model without classes. */
function labelOf({ model, options }: RunJacobianOptions): number | null {
  if (options.class === null) return model.config.num_class_embeds === null ? null : (nullLabel(model) ?? 0);
  const labels = parseClasses(options.class, model.classes, { owner: 'directions' });
  if (labels.length === 1) return labels[0]!;
  throw usageError(
    `directions: --class must be the one class of the picture, and ${show(options.class)} is ${labels.length}.`,
  );
}

/** The picture with the noise of the time, as the network takes it. */
async function noisedPicture({ options, model, runtime, signal }: RunJacobianOptions, picture: string) {
  const { seed, time } = options;
  const asked = { ...sampleDefaults, class: options.class, count: 1, seed } as unknown as SampleOptions;
  const sampling = settleSampling(asked, model, new Set(), undefined, 'directions');
  const source = await openSource(picture, { model, runtime, sampling, guiding: {}, signal });
  const [, height, width] = pictureShape(model);
  const clean = await copiesOf(source, { width, height }, 1);
  const parts = assemble(model.scheme);
  const level = parts.grid.level(Math.max(0, Math.round(time * parts.grid.count) - 1));
  const { cIn, cNoise } = parts.precondition(level);
  const space = batchSpace();
  const noise = space.gaussian(clean, fold(key(seed), 'directions', 'noise'));
  const x = space.lincomb([cIn * level.alpha, clean], [cIn * level.sigma, noise]);
  return { x, cNoise, sha256: source.sha256 };
}

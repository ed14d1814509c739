/**
 * The pictures of the guide that edits made: emoji of the first style, the class told, nothing picked.
 *
 *   node --import tsx scripts/results/edit-pictures.ts [--model DIR] [--directions DIR] [--out FOLDER] [--only NAME]
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { concatRows, floats, type HostArray, rows } from '../../src/core/host-array.js';
import { key } from '../../src/core/random.js';
import { emoji, finish, gather } from '../../src/data/index.js';
import { fromBatch, type Picture, strip, writePng } from '../../src/files/index.js';
import {
  editAll,
  invertSemanticAll,
  loadDirection,
  loadModel,
  semanticAll,
  translate,
} from '../../src/pipelines/index.js';
import { createRuntime } from '../../src/runtime/node.js';
import {
  averagePool,
  boxMask,
  colourise,
  type Edit,
  enlarged,
  inpaintByBlending,
  inpaintByGradient,
  interpolate,
  luma,
  outpaint,
  partialNoising,
  repaint,
  superResolution,
  variations,
} from '../../src/sampling/index.js';

type Batch = HostArray<'float32'>;

const { values: told } = parseArgs({
  options: {
    model: { type: 'string', default: 'models/emoji-32' },
    directions: { type: 'string', default: 'models/directions-32' },
    out: { type: 'string', default: 'docs/images/editing' },
    only: { type: 'string', default: '' },
  },
});
const model = await loadModel(told.model);
const runtime = createRuntime({ threads: 1 });
const data = await finish(emoji.load({}, { size: 32 }));
const scale = 4;

/** One emoji as the first style that has it draws it. */
function drawing(name: string): { readonly x: Batch; readonly label: number } {
  const position = Array.from({ length: data.count }, (_, i) => i).find((i) => data.item(i).name === name)!;
  return { x: gather(data, [position]).x, label: data.item(position).label };
}

const copies = (x: Batch, count: number): Batch => concatRows(Array.from({ length: count }, () => x));
const pictures = (x: Batch): readonly Picture[] => fromBatch(x);

interface Edited {
  readonly edit: Edit;
  readonly steps?: number;
  readonly mask?: Batch;
  readonly others?: Batch;
  readonly seed?: number;
}

/** One source edited several times, each with noise of its own. */
async function edited(name: string, source: Batch, count: number, { edit, steps = 50, ...rest }: Edited) {
  const labels = Array<number>(count).fill(drawing(name).label);
  const given = { model, runtime, edit, steps, labels, seed: 0, batch: 8, ...rest };
  return pictures(await editAll({ ...given, pictures: copies(source, count) }));
}

const melting = drawing('melting-face').x;
const half = boxMask({ width: 32, height: 32, box: [16, 0, 16, 32] });

/** Rows of one length, white where a row has less. */
function even(lines: readonly (readonly Picture[])[]): readonly (readonly Picture[])[] {
  const most = Math.max(...lines.map((line) => line.length));
  const [white] = pictures(floats(melting.shape, new Float32Array(melting.data.length).fill(1)));
  return lines.map((line) => [...line, ...Array<Picture>(most - line.length).fill(white!)]);
}

const made: Readonly<Record<string, () => Promise<readonly (readonly Picture[])[]>>> = {
  async strength() {
    const lines: (readonly Picture[])[] = [];
    for (const strength of [0.2, 0.4, 0.6, 0.8]) {
      const results = await edited('melting-face', melting, 4, { edit: partialNoising({ strength }) });
      lines.push([...pictures(melting), ...results]);
    }
    return lines;
  },
  async inpainting() {
    const ways: readonly Edited[] = [
      { edit: inpaintByBlending() },
      { edit: repaint({ jump: 5, resamples: 5 }), steps: 30 },
      { edit: inpaintByGradient({ scale: 1 }) },
      { edit: inpaintByGradient({ rule: 'pigdm' }) },
    ];
    const lines: (readonly Picture[])[] = [];
    for (const way of ways) {
      lines.push([...pictures(melting), ...(await edited('melting-face', melting, 4, { ...way, mask: half }))]);
    }
    return lines;
  },
  async 'inverse-problems'() {
    const small = averagePool({ factor: 4 }).apply(melting);
    const grey = luma().apply(melting);
    const asGrey = floats(
      melting.shape,
      Float32Array.from(melting.data, (_, i) => grey.data[i % 1024]!),
    );
    const enlarging = async (way: Edited) => [
      ...pictures(melting),
      ...pictures(enlarged(small, 4)),
      ...(await edited('melting-face', small, 4, way)),
    ];
    const colouring = async (way: Edited) => [
      ...pictures(melting),
      ...pictures(asGrey),
      ...(await edited('melting-face', asGrey, 4, way)),
    ];
    return [
      await enlarging({ edit: superResolution({ scale: 3 }), steps: 100 }),
      await enlarging({ edit: superResolution({ rule: 'pigdm' }) }),
      await colouring({ edit: colourise({ scale: 1 }) }),
      await colouring({ edit: colourise({ rule: 'pigdm' }) }),
    ];
  },
  async others() {
    const [unamused, zany] = [drawing('unamused-face').x, drawing('zany-face').x];
    const between = { edit: interpolate(), others: copies(unamused, 7) };
    return [
      [...pictures(melting), ...(await edited('melting-face', melting, 7, between)), ...pictures(unamused)],
      [...pictures(zany), ...(await edited('zany-face', zany, 4, { edit: variations() }))],
      [...pictures(melting), ...(await edited('melting-face', melting, 3, { edit: outpaint({ right: 16 }) }))],
    ];
  },
  async translation() {
    const names = ['melting-face', 'grinning-face-with-big-eyes', 'woman', 'red-apple'];
    const sources = names.map(drawing);
    const labels = sources.map(({ label }) => label);
    const to = labels.map((label) => {
      const wanted = `twemoji/${model.classes![label]!.split('/')[1]!}`;
      return model.classes!.indexOf(wanted);
    });
    const drawn = await finish(
      translate({
        source: { model, labels },
        target: { model, labels: to, guidance: 3 },
        ...{ runtime, steps: 50, strength: 0.7, seed: 0, inversion: { name: 'edit-friendly' } },
        pictures: concatRows(sources.map(({ x }) => x)),
      }),
    );
    return sources.map(({ x }, i) => [...pictures(x), ...pictures(rows(drawn.pictures, i, i + 1))]);
  },
  async semantic() {
    const wanted: readonly (readonly [name: string, direction: string, strength: number])[] = [
      ['woman', 'skin-tone-dark', 1],
      ['woman', 'skin-tone-light', 1],
      ['woman', 'old', 1],
      ['woman', 'beard', 1],
      ['woman', 'glasses', 1],
      ['woman', 'blond-hair', 1],
      ['grinning-face-with-big-eyes', 'closed-eyes', 1],
      ['melting-face', 'open-mouth', 1],
      ['melting-face', 'tears', 1],
      ['grinning-face-with-big-eyes', 'smile', -1],
      ['grinning-face-with-big-eyes', 'glasses', 1],
      ['man', 'old', 1],
    ];
    const pairs: Picture[] = [];
    for (const [name, direction, strength] of wanted) {
      const { x, label } = drawing(name);
      const { change, tap, edit } = await loadDirection(join(told.directions, `${direction}.safetensors`));
      const usual = { model, runtime, steps: 50, key: key(0), labels: [label] };
      const start = await invertSemanticAll({ ...usual, pictures: x });
      const edits = [{ change, strengths: [strength] }];
      const changed = await semanticAll({ ...usual, start, edits, tap, interval: { edit, boost: 0 } });
      pairs.push(...pictures(x), ...pictures(changed));
    }
    return [0, 6, 12, 18].map((at) => pairs.slice(at, at + 6));
  },
};

for (const [name, make] of Object.entries(made)) {
  if (told.only !== '' && told.only !== name) continue;
  const file = join(told.out, `${name}.png`);
  await writePng(file, strip(even(await make()), { scale }));
  console.log(`Wrote ${file}.`);
}

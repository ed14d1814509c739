/**
 * Makes the pictures of the documentation in docs/images, each from a fixed seed.
 *
 *   node --import tsx scripts/pictures.ts [MODEL]
 *
 * MODEL is the folder that emoji-32.png and trajectory.gif are drawn with; without it only those of the data are made.
 */
import { gaussians, key, permutation } from '../src/core/random.js';
import { emoji, finish, gather } from '../src/data/index.js';
import { cosine, linear, grid as trainingGrid } from '../src/diffusion/index.js';
import { fromArray, fromBatch, grid, type Picture, toArray, writeGif, writePng } from '../src/files/index.js';
import { generate, loadModel } from '../src/pipelines/index.js';
import { createRuntime } from '../src/runtime/node.js';

const folder = 'docs/images';

/** The same sixteen emoji in all four styles, one style a row. */
async function dataPicture(): Promise<void> {
  const data = await finish(emoji.load({ filter: 'untoned' }, { size: 32 }));
  const styles = ['noto', 'noto-v1', 'twemoji', 'fluent'];
  const styleOf = (label: number): string => data.classes![label]!.split('/')[0]!;
  const places = styles.map(
    (style) =>
      new Map(
        [...data.items.entries()].flatMap(([i, { name, label }]) => (styleOf(label) === style ? [[name, i]] : [])),
      ),
  );
  const shared = [...places[0]!.keys()].filter((name) => places.every((place) => place.has(name)));
  const names = [...permutation(key(3), shared.length).slice(0, 16)].map((i) => shared[i]!);
  const indices = places.flatMap((place) => names.map((name) => place.get(name)!));
  await writePng(`${folder}/data.png`, grid(gather(data, indices).x, { columns: 16, scale: 2, padding: 4 }));
}

/** One drawing at nine noise levels; the cosine schedule above, the linear one below. */
async function noisePicture(): Promise<void> {
  const data = await finish(emoji.load({ filter: 'noto/faces' }, { size: 32 }));
  const face = data.items.findIndex(({ name }) => name === 'grinning-face-with-big-eyes');
  const clean = toArray(fromBatch(gather(data, [face]).x)[0]!);
  const noise = gaussians(key(1), clean.data.length);
  const pictures = [cosine(), linear()].flatMap((schedule) => {
    const training = trainingGrid({ schedule });
    return Array.from({ length: 9 }, (_, i): Picture => {
      const { alpha, sigma } = i === 0 ? { alpha: 1, sigma: 0 } : training.level(Math.round((i * 999) / 8));
      return fromArray({ ...clean, data: clean.data.map((v, k) => alpha * v + sigma * noise[k]!) });
    });
  });
  await writePng(`${folder}/noise.png`, grid(pictures, { columns: 9, scale: 3, padding: 6 }));
}

/** Uncurated samples of a model, class by class, and the way of eight of them out of the noise. */
async function modelPictures(path: string): Promise<void> {
  const model = await loadModel(path);
  const count = 64;
  const labels = model.classes ? Array.from({ length: count }, (_, i) => i % model.classes!.length) : undefined;
  const options = {
    model,
    runtime: createRuntime(),
    count,
    seed: 0,
    steps: 30,
    batch: 16,
    guidance: model.classes ? 2 : 1,
  };
  const frames: Picture[] = [];
  const work = generate({ ...options, ...(labels && { labels }) });
  for (;;) {
    const { done, value } = await work.next();
    if (done) {
      await writePng(`${folder}/emoji-32.png`, grid(value, { columns: 16, scale: 2, padding: 4 }));
      break;
    }
    if (value.first === 0) frames.push(grid(fromBatch(value.x).slice(0, 8), { columns: 8, scale: 3, padding: 6 }));
  }
  await writeGif(`${folder}/trajectory.gif`, frames);
}

await dataPicture();
await noisePicture();
if (process.argv[2]) await modelPictures(process.argv[2]);

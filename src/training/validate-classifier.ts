import type { Shape } from '../core/host-array.js';
import { fold, type Key, key } from '../core/random.js';
import { type DataSet, gather, type Item } from '../data/index.js';
import { input, optimize, type Tensor } from '../graph/index.js';
import { type ParamValues, paramEntries } from '../nn/index.js';
import type { Executable, Feeds, Runtime } from '../runtime/index.js';
import { type ClassificationOptions, type ClassifierNoise, classified, seenThroughNoise } from './classifying.js';
import type { TargetScores } from './targets/index.js';
import { type HeldOutLoss, spread } from './validate.js';

/** Loss and right answers on pictures that were not trained on. */
export interface HeldOutAccuracy extends HeldOutLoss, TargetScores {
  /** `accuracy` by part of the noise axis, from least to most noise; empty where the network knows no noise. */
  readonly accuracyByLevel: readonly number[];
}

export interface ClassificationValidatorOptions extends Omit<ClassificationOptions, 'training'> {
  readonly runtime: Runtime;
  readonly data: DataSet;
  /** Positions of the held-out pictures. */
  readonly indices: ArrayLike<number>;
  /** The noise of a noise-aware network. */
  readonly noise?: ClassifierNoise | null;
  /** Equal parts of the noise axis that are reported apart. */
  readonly bins?: number;
  /** Pictures looked at. */
  readonly most?: number;
}

interface Job {
  readonly picture: number;
  /** −1 for a picture without noise. */
  readonly index: number;
}

/**
 * Measures a classifier on held-out pictures that tell something, always the same ones. A noise-aware network sees each
 * once without noise, which is what `mean` and `accuracy` are of, and once in every part of the noise axis.
 */
export async function createClassificationValidator(options: ClassificationValidatorOptions) {
  const { runtime, network, target, batch, data, noise = null, bins = 10, most = 1000 } = options;
  const parameter = (name: string, shape: Shape): Tensor => input(`param/${name}`, shape);
  const parameters = new Map(paramEntries(network.params).map(([name, { shape }]) => [name, parameter(name, shape)]));
  const outputs = classified({ ...options, parameter: (name) => parameters.get(name)! });
  const executable: Executable = await runtime.compile(optimize({ outputs }));
  const chosen = spread(
    Array.from(options.indices).filter((i) => target.tells(data.items[i]!)),
    most,
  );
  const from: Key = fold(key(0), 'held out');
  const classes = network.config.num_classes;

  /** Loss and scores of some jobs, of which `first` have been done before. */
  async function judged(jobs: readonly Job[], { first, weights, signal }: JudgedOptions) {
    const logits: Float32Array[] = [];
    const items: Item[] = [];
    let loss = 0;
    for (let at = 0; at < jobs.length; at += batch) {
      signal?.throwIfAborted();
      const part = jobs.slice(at, at + batch);
      const filled = Array.from({ length: batch }, (_, i) => part[i] ?? part[0]!);
      const found = gather(
        data,
        filled.map(({ picture }) => picture),
      );
      const indices = filled.map(({ index }) => index);
      const seen = noise
        ? seenThroughNoise({ ...noise, clean: found.x, indices, key: from, first: first + at })
        : { x: found.x };
      const results = await executable.run({ ...seen, ...target.feeds(found.items), ...weights });
      const scores = results['logits']!.data as Float32Array;
      for (let i = 0; i < part.length; i++) {
        loss += Number(results['losses']!.data[i]);
        logits.push(scores.slice(i * classes, (i + 1) * classes));
        items.push(found.items[i]!);
      }
    }
    return { loss: loss / jobs.length, scores: target.scores({ logits, items }) };
  }

  return {
    async measure(values: ParamValues, signal?: AbortSignal): Promise<HeldOutAccuracy> {
      const weights: Feeds = Object.fromEntries(
        [...parameters.keys()].map((name) => [`param/${name}`, values.get(name)!]),
      );
      const pictures = chosen.length;
      const clean = chosen.map((picture): Job => ({ picture, index: -1 }));
      const plain = await judged(clean, { first: 0, weights, signal });
      const parts: (typeof plain)[] = [];
      for (let bin = 0; noise && bin < bins; bin++) {
        // Picture i looks at level (i + ½)/n of every part, so that together they cover the part evenly.
        const jobs = chosen.map((picture, i): Job => {
          const t = (bin + (i + 0.5) / pictures) / bins;
          return { picture, index: Math.floor(t * noise.grid.count) };
        });
        parts.push(await judged(jobs, { first: (bin + 1) * pictures, weights, signal }));
      }
      return {
        ...{ mean: plain.loss, pictures, ...plain.scores },
        byLevel: parts.map(({ loss }) => loss),
        accuracyByLevel: parts.map(({ scores }) => scores.accuracy),
      };
    },
    [Symbol.dispose]: () => executable.close(),
  };
}

interface JudgedOptions {
  readonly first: number;
  readonly weights: Feeds;
  readonly signal: AbortSignal | undefined;
}

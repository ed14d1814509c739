import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { integer, number, text } from '../../core/options.js';
import { defineCommand } from '../define-command.js';
import { runDemo } from '../demo/run-demo.js';
import { shippedModel } from '../model/shipped-model.js';
import { openRuntime } from '../runtime.js';
import { duration } from '../terminal/format.js';

/** What a minute is spent on: the smallest set with faces in it, and a network that learns it in that time. */
const training = {
  ...{ data: 'emoji:faces', size: 16, model: 'mini', batch: 8, lr: 0.002, warmup: 50 },
  ...{ weighting: 'min-snr', optimizer: 'muon' },
} as const;

/** Fresh noise in every step corrects what a network that has trained for a minute gets wrong in the one before. */
const sampling = { sampler: 'ddpm', steps: 60, class: 'smileys-emotion' } as const;

export const demo = defineCommand({
  name: 'demo',
  summary: 'Trains a model in about a minute, samples from it, and shows it all in a report.',
  details:
    'Draws some four hundred emoji faces, trains a small network on them from nothing, samples from what came out, ' +
    'samples from the shipped model, and writes report.html with the pictures, the loss and what to try next.',
  arguments: {},
  options: {
    minutes: number({ default: 1.3, min: 0, max: 600, help: 'How long to train.' }),
    steps: integer({ default: null, min: 1, help: 'Ends training after so many steps, should it come first.' }),
    seed: integer({ default: 0, min: 0, max: Number.MAX_SAFE_INTEGER, help: 'Seed of everything random.' }),
    model: text({
      default: null,
      placeholder: 'DIR',
      help: 'A model with classes to show beside it; the shipped one unless told.',
    }),
    out: text({
      default: 'runs/demo',
      placeholder: 'DIR',
      help: 'Where everything goes; an earlier demo there is replaced.',
    }),
  },
  short: { o: 'out', s: 'seed' },
  examples: ['langevin demo', 'langevin demo --minutes 5'],
  async run({ options: { minutes, steps, seed, model, out: root }, globals, out, signal }) {
    const begin = performance.now();
    const watched = { previewEvery: 0, validateEvery: 200, checkpointEvery: 0, keep: 1 };
    const result = await runDemo({
      root,
      training: { ...training, minutes, steps, seed, ...watched },
      sampling,
      shipped: model ?? shippedModel(),
      runtime: openRuntime(globals),
      out,
      signal,
    });
    const seconds = (performance.now() - begin) / 1000;
    const { bold, cyan } = out.paint;
    out.print(`Done in ${duration(seconds)}. Open ${bold(cyan(pathToFileURL(resolve(result.report)).href))}`);
    return { ...result, seconds };
  },
});

import { availableParallelism, cpus } from 'node:os';

import { choice, integer } from '../../core/options.js';
import { presets } from '../../nn/presets.js';
import { benchConfig, benchPreset } from '../bench/bench-preset.js';
import { round } from '../bench/measure.js';
import { machinePeak } from '../bench/peak.js';
import { defineCommand } from '../define-command.js';
import { openRuntime } from '../runtime.js';
import { version } from '../version.js';

export const bench = defineCommand({
  name: 'bench',
  summary: 'Measures training and sampling on this machine.',
  details:
    'Times a forward pass and a training step of a network, and beside them the fastest matrix product and convolution ' +
    'that this machine and engine reach. Medians in milliseconds, as JSON. Let nothing else run meanwhile.',
  arguments: {},
  options: {
    model: choice(presets.names, { default: 'small', help: 'Which network.' }),
    size: integer({
      default: null,
      min: 4,
      max: 512,
      help: 'Height and width of the pictures; as the preset unless told.',
    }),
    classes: integer({ default: 0, min: 0, max: 100_000, help: 'Number of classes; 0 for none.' }),
    batch: integer({ default: 16, min: 1, max: 4096, help: 'Pictures computed together.' }),
    steps: integer({
      default: 20,
      min: 1,
      max: 10_000,
      help: 'Steps from noise to picture that sampling is reckoned with.',
    }),
    runs: integer({ default: 10, min: 1, max: 10_000, help: 'Timed runs, of which the median counts.' }),
  },
  examples: ['langevin bench', 'langevin bench --model medium --batch 32 --threads 2'],
  async run({ options, globals, out, signal }) {
    const { model: preset, runs, ...rest } = options;
    benchConfig({ preset, ...rest }); // what does not fit is said before the machine is measured
    const runtime = openRuntime(globals);
    out.say('Measuring the machine');
    const peak = await machinePeak({ runtime, runs, signal });
    out.say(`Measuring ${preset}`);
    const network = await benchPreset({ preset, runs, ...rest, runtime, signal });
    const best = Math.max(peak.matmul.gflops, peak.conv.gflops);
    const share = { forward: round(network.forward.gflops / best), training: round(network.training.gflops / best) };
    const result = {
      langevin: version(),
      machine: {
        processor: cpus()[0]?.model ?? 'unknown',
        cores: availableParallelism(),
        threads: globals.threads,
        system: `${process.platform} ${process.arch}`,
        node: process.version,
        engine: runtime.name,
      },
      peak,
      network,
      shareOfPeak: share,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    };
    out.print(JSON.stringify(result, null, 2));
    return result;
  },
});

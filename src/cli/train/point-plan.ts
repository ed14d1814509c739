import { show, ToolkitError } from '../../core/errors.js';
import { readBytes } from '../../files/read-bytes.js';
import { type MlpConfig, type MlpPresetName, mlpPresetConfig, mlpPresets, parseMlpConfig } from '../../nn/index.js';
import type { Scheme } from '../../sampling/index.js';
import { flagOf, usageError } from '../parse.js';
import type { TrainOptions } from './plan.js';
import { requireRows } from './require-rows.js';

/**
 * What suits points where nothing is told: large batches of small things, a run of seconds, and most of it spent at low
 * noise, where thin shapes are decided. With levels spread evenly six times as many samples lie beside a swiss roll.
 */
const usual = {
  batch: 256,
  lr: 0.008,
  levels: 'log-normal:mean=-1.8,deviation=1.3',
  weightDecay: 0,
  ema: 0.99,
  augment: 'none',
} as const satisfies Partial<TrainOptions>;

/** Steps of a run over points that is told no length. */
const usualSteps = 1_000;

/** The options of a run over points: what was given, and otherwise what suits points. */
export function pointOptions(options: TrainOptions, given: ReadonlySet<string>): TrainOptions {
  for (const name of ['size', 'augment'] as const) {
    if (!given.has(name) || options[name] === null || options[name] === 'none') continue;
    throw usageError(`train: ${flagOf(name)} is for pictures; points have none. Leave it out.`);
  }
  const settled = Object.entries(usual).filter(([name]) => !given.has(name));
  const steps = options.steps ?? (options.minutes === null ? usualSteps : null);
  return { ...options, ...Object.fromEntries(settled), steps };
}

/** The network for points that `--model` names: a preset, or the config of an MLP. */
export async function pointNetwork(
  { model, dropout }: Pick<TrainOptions, 'model' | 'dropout'>,
  {
    classes,
    in_channels,
    out_channels,
  }: Pick<MlpConfig, 'in_channels' | 'out_channels'> & { readonly classes: number },
): Promise<MlpConfig> {
  const name = model ?? 'mlp';
  if (!name.endsWith('.json')) {
    mlpPresets.get(name);
    return { ...mlpPresetConfig(name as MlpPresetName, { classes, dropout }), in_channels, out_channels };
  }
  const text = (await readBytes(name)).toString();
  const config = parseMlpConfig(parsed(name, text));
  if (config.in_channels !== in_channels || config.out_channels !== out_channels) {
    const sizes = `in_channels ${config.in_channels} and out_channels ${config.out_channels}`;
    const wanted = in_channels === out_channels ? String(in_channels) : `${in_channels} and ${out_channels}`;
    throw new ToolkitError('bad-config', `${name}: points have 2 numbers, got ${sizes}. Change them to ${wanted}.`);
  }
  requireRows(name, config.num_class_embeds, classes);
  return config;
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ToolkitError('bad-config', `${name} is not a JSON object; it begins with ${show(text.slice(0, 40))}.`);
  }
}

/** Points need no limit: nothing is wrong with one a little outside the square. */
export const pointScheme = (scheme: Scheme): Scheme => ({ ...scheme, limit: null });

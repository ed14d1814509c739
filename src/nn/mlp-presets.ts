import { defineRegistry } from '../core/registry.js';
import { type MlpConfig, parseMlpConfig } from './models/mlp-config.js';

/**
 * Networks for points in the plane, which train in seconds. Parameters: mlp-small 0.03 M, mlp 0.10 M, mlp-large 0.9 M.
 * The names go where those of U-Nets go: `langevin train --data 2d:moons --model mlp-large`.
 */
export const mlpPresets = defineRegistry('point model preset', {
  'mlp-small': { hidden_features: 64, num_blocks: 2 },
  mlp: { hidden_features: 96, num_blocks: 3 },
  'mlp-large': { hidden_features: 256, num_blocks: 4 },
} satisfies Record<string, Partial<MlpConfig>>);

export type MlpPresetName = keyof typeof mlpPresets.entries;

/**
 * The config of a named MLP for samples of `dim` numbers. With classes, label number `classes` means "any class".
 *
 * @example
 * import { mlpPresetConfig } from 'langevin/nn';
 * mlpPresetConfig('mlp-small', { classes: 2 }).num_class_embeds; // → 3
 */
export function mlpPresetConfig(
  name: MlpPresetName,
  {
    dim = 2,
    classes = 0,
    dropout = 0,
  }: { readonly dim?: number; readonly classes?: number; readonly dropout?: number } = {},
): MlpConfig {
  const sizes: Partial<MlpConfig> = mlpPresets.get(name);
  const num_class_embeds = classes === 0 ? null : classes + 1;
  return parseMlpConfig({ ...sizes, in_channels: dim, out_channels: dim, dropout, num_class_embeds });
}

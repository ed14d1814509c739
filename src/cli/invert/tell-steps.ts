import { type DiffusionModel, inversionLevels } from '../../pipelines/index.js';
import type { Output } from '../terminal/output.js';

export interface TellStepsOptions {
  readonly model: DiffusionModel;
  readonly options: { readonly steps: number; readonly strength: number };
  readonly out: Output;
}

/** Says how many steps there are between picture and noise, and why, where they are not as many as asked for. */
export function tellSteps({ model, options: { steps, strength }, out }: TellStepsOptions): void {
  const all = inversionLevels(model, { steps }).length;
  const walked = inversionLevels(model, { steps, strength }).length;
  if (all === steps || walked === 0) return;
  const why =
    all > steps
      ? `the one next to the picture is cut into ${all - steps + 1}, because what lowers σ/α more than fourfold there ` +
        'cannot be inverted exactly'
      : 'the walk ends at the least noise of training, where the last of them would begin';
  const part = walked === all ? '' : ` --strength ${strength} walks ${walked} of them.`;
  out.say(`Between picture and noise there are ${all} steps in place of ${steps}: ${why}.${part}`);
}

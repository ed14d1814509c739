import { floats, type HostArray } from '../../../core/host-array.js';
import {
  type DiffusionModel,
  type Guiding,
  type GuidingModels,
  isGuided,
  pictureShape,
} from '../../../pipelines/index.js';
import { assemble, costOf, drawsNoise } from '../../../sampling/index.js';
import { usageError } from '../../parse.js';
import { guidanceMethods } from '../../sample/guidance-options.js';
import { plural } from '../../terminal/format.js';
import type { EditJob } from '../define-edit-kind.js';

type Batch = HostArray<'float32'>;

/** One sentence for what semantic edits cannot do: they work at the size of the model, with noise of its own kind. */
export function requireUsual(name: string, { model, pictures, sampling }: EditJob): void {
  requireModelSize({ what: name, model, pictures, remedy: 'Leave --fit none out' });
  if (sampling.random !== 'philox') {
    throw usageError(`edit: ${name} draws its noise as philox does, got --random ${sampling.random}. Leave it out.`);
  }
}

interface ModelSizeOptions extends Pick<EditJob, 'model' | 'pictures'> {
  readonly what: string;
  readonly remedy: string;
}

/** One sentence for pictures of another size than those of the model. */
function requireModelSize({ what, model, pictures, remedy }: ModelSizeOptions): void {
  const [, height, width] = pictureShape(model);
  const [, , h, w] = pictures.shape;
  if (h === height && w === width) return;
  throw usageError(`edit: ${what} works at the size of the model, ${width} × ${height}, got ${w} × ${h}. ${remedy}.`);
}

/** One sentence for a canvas of another size than the model's: directions are of the places of its pictures. */
export const requireDirectionsFit = (name: string, model: DiffusionModel, canvas: Batch): void =>
  requireModelSize({
    what: `--semantic with ${name}`,
    model,
    pictures: canvas,
    remedy: 'Give attributes in an edit of their own',
  });

/** Edited pictures with the values of the source wherever the mask is empty. */
export function keptOutside(edited: Batch, { pictures, mask }: Pick<EditJob, 'pictures' | 'mask'>): Batch {
  if (mask === null) return edited;
  const size = mask.data.length;
  return floats(
    edited.shape,
    edited.data.map((value, i) => (mask.data[i % size]! > 0 ? value : pictures.data[i]!)),
  );
}

/** How often a sampler asks the network on a whole walk. */
export function walkEvaluations({ model, sampling: { scheme, steps } }: Pick<EditJob, 'model' | 'sampling'>): number {
  const parts = assemble({ ...model.scheme, ...scheme });
  return costOf({ sampler: parts.sampler, steps: parts.steps(steps) }).evaluations;
}

/** What keeps a real picture from coming back as it is, in sentences without their stops. */
export async function remarks({ model, pictures, sampling }: EditJob): Promise<readonly string[]> {
  const { scheme, steps, guidance } = sampling;
  const { sampler, steps: stepsOf, grid } = assemble({ ...model.scheme, ...scheme });
  const draws = await drawsNoise({ sampler, steps: stepsOf(steps), grid });
  const all = pictures.shape[0] ?? 1;
  return [
    ...(draws
      ? [`${sampler.name} draws fresh noise, which no inversion knows: what is not edited changes as well. Take ddim`]
      : []),
    ...(isGuided(guidance)
      ? [
          'The picture is inverted without guidance, which comes on top of the edit: without it more of the picture stays',
        ]
      : []),
    ...(all > 1 && !draws ? [`All ${all} results are the same, for no noise is drawn on the way`] : []),
  ];
}

/** What guidance adds to the cost, behind it: ", guided: 2 questions each", or nothing. */
export function guidedInWords(guidance: number | Guiding, guiding: GuidingModels): string {
  const questions = questionsOf(guidance, guiding);
  return questions > 1 ? `, guided: ${plural(questions, 'question')} each` : '';
}

/** Networks and labels that are asked where an unguided walk asks once. */
function questionsOf(guidance: number | Guiding, { weak }: GuidingModels): number {
  if (typeof guidance === 'number') return guidance === 1 ? 1 : 2;
  const { choices, composed, negatives, towards } = guidance;
  const own = composed ? Math.max(...composed.map((row) => row.length)) + 1 : 1;
  const compares = choices.some(({ name }) => guidanceMethods.includes(name));
  const away = negatives ? negatives.length : composed && !weak ? 0 : 1;
  return own + (compares ? away : 0) + (towards ? 1 : 0);
}

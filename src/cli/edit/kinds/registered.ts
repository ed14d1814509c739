import type { HostArray } from '../../../core/host-array.js';
import { resolve } from '../../../core/options.js';
import { type DiffusionModel, editCost, editPictures } from '../../../pipelines/index.js';
import { type EditFactory, type EditName, edits } from '../../../sampling/index.js';
import { usageError } from '../../parse.js';
import { plural } from '../../terminal/format.js';
import { defineEditKind, type EditKind } from '../define-edit-kind.js';
import { wantedAttributes } from '../semantic-edits.js';
import { outpaintAtOwnSize, sideMultiple, suitableMargins } from './outpaint-margins.js';
import { guidedInWords, requireDirectionsFit } from './semantic-work.js';

type Batch = HostArray<'float32'>;

/** An edit of the registry as a kind of the command. */
export function registered(name: EditName): EditKind {
  const factory = edits.get(name) as unknown as EditFactory;
  const { summary, options, needs = [] } = factory.definition;
  return defineEditKind({
    name,
    summary,
    options,
    needs: needs.filter((need) => need !== 'pullback'),
    ...(name === 'super-resolution' && {
      sourceSize: ({ width, height }, own) => {
        const { factor } = resolve(name, options, own as never) as Readonly<Record<string, number>>;
        return { width: width / factor!, height: height / factor! };
      },
    }),
    ...(name === 'outpaint' && { atOwnSize: outpaintAtOwnSize }),
    async prepare(given, own) {
      const { model, runtime, pictures, mask, others, latents, otherLatents, sampling, guiding, signal } = given;
      const { batch } = given.options;
      const edit = factory(own as never);
      const wanted = await wantedAttributes(given);
      const { labels, guidance, steps, scheme, seed, random } = sampling;
      const job = {
        ...{ model, runtime, edit, pictures, mask, others, latents, otherLatents, batch, signal },
        ...{ labels, guidance, steps, scheme, seed, random },
        ...guiding,
        ...(wanted && { semantic: wanted.changes }),
      };
      const canvas = edit.canvas({ source: pictures, mask: null });
      requireSides({ name, model, pictures, canvas: canvas.source }, own);
      if (wanted) requireDirectionsFit(name, model, canvas.source);
      const { evaluations, pullbacks, exact } = editCost(job);
      const gradients = pullbacks > 0 ? ` and ${plural(pullbacks, 'gradient')}` : '';
      const rows = Math.min(batch, pictures.shape[0]!);
      const asked = `${exact ? '' : 'at least '}${plural(evaluations, 'evaluation')}${gradients}`;
      const cost = `${asked} of ${plural(rows, 'picture')}${guidedInWords(guidance, guiding)}`;
      return {
        cost: [...(wanted?.notes ?? []), ...(evaluations + pullbacks > 0 ? [cost] : [])].join('. ') || null,
        canvas: canvas.source === pictures ? null : { ...canvas, place: edit.canvas },
        facts: {
          ...{ edit: { name, options: edit.options }, evaluations, pullbacks },
          ...(wanted && { directions: wanted.facts }),
        },
        run: () => editPictures(job),
      };
    },
  });
}

interface SidesOptions {
  readonly name: EditName;
  readonly model: DiffusionModel;
  readonly pictures: Batch;
  readonly canvas: Batch;
}

/** One sentence for a size that the halvings of the network do not divide. */
function requireSides({ name, model, pictures, canvas }: SidesOptions, own: Readonly<Record<string, unknown>>): void {
  const multiple = sideMultiple(model);
  const [height = 0, width = 0] = canvas.shape.slice(2);
  if (width % multiple === 0 && height % multiple === 0) return;
  const [h = 0, w = 0] = pictures.shape.slice(2);
  const remedy =
    name === 'outpaint'
      ? `Take other margins, as in ${suitableMargins({ model, size: { width: w, height: h } }, own)}`
      : 'Bring the picture to such a size, or leave --fit none out';
  throw usageError(
    `edit: this network takes sides that are multiples of ${multiple}, got ${width} × ${height}. ${remedy}.`,
  );
}

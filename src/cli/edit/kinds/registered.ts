import { resolve } from '../../../core/options.js';
import { editCost, editPictures } from '../../../pipelines/index.js';
import { type EditFactory, type EditName, edits } from '../../../sampling/index.js';
import { plural } from '../../terminal/format.js';
import { defineEditKind, type EditKind } from '../define-edit-kind.js';
import { guidedInWords } from './semantic-work.js';

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
    prepare(
      { model, runtime, pictures, mask, others, latents, otherLatents, sampling, guiding, options: { batch }, signal },
      own,
    ) {
      const edit = factory(own as never);
      const { labels, guidance, steps, scheme, seed, random } = sampling;
      const job = {
        ...{ model, runtime, edit, pictures, mask, others, latents, otherLatents, batch, signal },
        ...{ labels, guidance, steps, scheme, seed, random },
        ...guiding,
      };
      const { evaluations, pullbacks, exact } = editCost(job);
      const gradients = pullbacks > 0 ? ` and ${plural(pullbacks, 'gradient')}` : '';
      const rows = Math.min(batch, pictures.shape[0]!);
      const canvas = edit.canvas({ source: pictures, mask: null });
      return {
        cost: `${exact ? '' : 'at least '}${plural(evaluations, 'evaluation')}${gradients} of ${plural(rows, 'picture')}${guidedInWords(guidance, guiding)}`,
        canvas: canvas.source === pictures ? null : canvas,
        facts: { edit: { name, options: edit.options }, evaluations, pullbacks },
        run: () => editPictures(job),
      };
    },
  });
}

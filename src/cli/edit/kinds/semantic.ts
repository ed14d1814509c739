import { flag, integer, number, resolve } from '../../../core/options.js';
import { partOf } from '../../../core/part-of.js';
import { key } from '../../../core/random.js';
import { invertSemantic, semantic as semanticWalk } from '../../../pipelines/index.js';
import { usageError } from '../../parse.js';
import { plural } from '../../terminal/format.js';
import { defineEditKind } from '../define-edit-kind.js';
import { wantedAttributes } from '../semantic-edits.js';
import { measuredInterval, measuredPictures } from './measured-interval.js';
import { guidedInWords, keptOutside, remarks, requireUsual, walkEvaluations } from './semantic-work.js';

const options = {
  edit: number({
    default: null,
    min: 0,
    max: 1,
    help: 'Time down to which the change acts; as its file says unless told.',
  }),
  boost: number({
    default: 0,
    min: 0,
    max: 1,
    help: 'Time from which noise is renewed, against traces of the edit; 0: not at all.',
  }),
  measured: flag({ help: 'Chooses edit and boost by distances measured along walks of this model.' }),
  refinements: integer({
    default: 2,
    min: 0,
    max: 100,
    help: 'Further guesses of each step when a real picture is inverted.',
  }),
};

/** Attributes more or less, by changes inside of the network: `langevin edit PICTURE --semantic smile=1`. */
export const semantic = defineEditKind({
  name: 'semantic',
  summary: 'Gives attributes, or takes them, by changes inside of the network; say which with --semantic.',
  options,
  needs: [],
  async prepare(job, own) {
    const { model, runtime, pictures, sampling, guiding, signal } = job;
    const { edit, boost, measured, refinements } = resolve('semantic', options, own as never);
    const { batch } = job.options;
    requireUsual('semantic', job);
    const wanted = await wantedAttributes(job);
    if (wanted === null)
      throw usageError('edit: semantic needs attributes. Name some with --semantic smile=1,skin-tone:dark=1.');
    const { changes, facts, notes } = wanted;
    const count = pictures.shape[0]!;
    const { labels, guidance, steps, scheme, seed } = sampling;
    const usual = { model, runtime, steps, scheme, batch, signal, key: key(seed), labels: labels ?? undefined };
    if (measured && (edit !== null || boost !== 0)) {
      throw usageError('edit: semantic:measured chooses edit and boost. Leave these out, or measured.');
    }
    // A real picture of which nothing is wanted need not go to noise and back.
    const isNothing =
      job.latents === null && changes.edits.every(({ strengths }) => strengths.every((one) => one === 0));
    const interval = measured && !isNothing ? await measuredInterval(job) : { edit: edit ?? changes.until, boost };
    if (interval.boost > interval.edit) {
      throw usageError(
        `edit: semantic renews noise below the time boost, and edits above edit: boost must be at most ${interval.edit}, ` +
          `got ${interval.boost}. Raise edit, or lower boost.`,
      );
    }
    const inverting = job.latents ? 0 : steps * (1 + refinements);
    const walking = walkEvaluations(job);
    const inWords = [
      ...(inverting > 0 ? [`${plural(inverting, 'evaluation')} to invert and `] : []),
      `${plural(walking, 'evaluation')} to edit ${plural(count, 'picture')}${guidedInWords(guidance, guiding)}`,
      ...(measured
        ? [`, down to t = ${interval.edit}, renewed from ${interval.boost}, as ${measuredPictures} walks tell`]
        : []),
    ];
    const cost = isNothing ? [] : [inWords.join('')];
    if (!isNothing && job.latents === null) cost.push(...(await remarks(job)));
    return {
      cost: [...notes, ...cost].join('. ') || null,
      canvas: null,
      facts: {
        edit: { name: 'semantic', options: { ...interval, refinements } },
        directions: facts,
      },
      async *run() {
        if (isNothing) return pictures;
        const batches = Math.ceil(count / batch);
        const total = batches * (inverting + walking);
        const before = batches * inverting;
        const start =
          job.latents ??
          (yield* partOf(invertSemantic({ ...usual, pictures, refinements }), { from: 0, to: before, total }));
        const { edits, tap } = changes;
        const walk = { ...usual, ...guiding, guidance, start, edits, interval, ...(tap && { tap }) };
        return keptOutside(yield* partOf(semanticWalk(walk), { from: before, to: total, total }), job);
      },
    };
  },
});

import { integer, number, resolve } from '../../../core/options.js';
import { fold, key } from '../../../core/random.js';
import { invertSemantic, semantic as semanticWalk } from '../../../pipelines/index.js';
import { usageError } from '../../parse.js';
import { plural } from '../../terminal/format.js';
import { defineEditKind } from '../define-edit-kind.js';
import { openDirections, parseSemantic } from '../semantic-edits.js';

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
    const { model, runtime, pictures, sampling, signal } = job;
    const { edit, boost, refinements } = resolve('semantic', options, own as never);
    const { semantic: wanted, directions: folder, batch } = job.options;
    if (wanted === null)
      throw usageError('edit: semantic needs attributes. Name some with --semantic smile=1,skin-tone:dark=1.');
    if (job.mask !== null) throw usageError('edit: --mask is not for semantic. Leave it out.');
    if (typeof sampling.guidance !== 'number') {
      throw usageError(
        'edit: semantic knows classifier-free guidance alone. Give --guidance a number, and no other kind.',
      );
    }
    const named = parseSemantic(wanted);
    const notes: string[] = [];
    const opened = await openDirections({ wanted: named, folder, model, warn: (text) => notes.push(text) });
    const count = pictures.shape[0]!;
    const { labels, guidance, steps, scheme, seed } = sampling;
    const usual = { model, runtime, steps, scheme, batch, signal, key: key(seed), labels: labels ?? undefined };
    const interval = { edit: edit ?? Math.max(...opened.map(({ direction }) => direction.edit)), boost };
    const evaluations = steps * (1 + refinements);
    return {
      cost: `${[...notes, `${plural(evaluations, 'evaluation')} to invert and ${steps} to edit ${plural(count, 'picture')}`].join(' ')}`,
      canvas: null,
      facts: {
        edit: { name: 'semantic', options: { ...interval, refinements } },
        directions: opened.map(({ direction, strength }) => ({
          ...{ attribute: direction.attribute, strength, method: direction.method, tap: direction.tap },
          model: direction.model,
        })),
      },
      async *run() {
        const start = job.latents ?? (await invertSemantic({ ...usual, pictures, refinements }));
        const edits = opened.map(({ direction, strength }) => ({
          change: direction.change,
          strengths: Array.from({ length: count }, () => strength),
        }));
        const walk = {
          ...usual,
          key: fold(key(seed), 'semantic'),
          start,
          edits,
          interval,
          guidance: guidance as number,
        };
        return yield* semanticWalk({ ...walk, tap: opened[0]!.direction.tap });
      },
    };
  },
});

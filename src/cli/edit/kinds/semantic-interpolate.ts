import { rows } from '../../../core/host-array.js';
import { integer, number, resolve, text } from '../../../core/options.js';
import { partOf } from '../../../core/part-of.js';
import { key } from '../../../core/random.js';
import { betweenInH, invertSemantic, semantic as semanticWalk } from '../../../pipelines/index.js';
import { plural } from '../../terminal/format.js';
import { defineEditKind } from '../define-edit-kind.js';
import { requireTap } from '../semantic-edits.js';
import { guidedInWords, keptOutside, requireUsual, walkEvaluations } from './semantic-work.js';

const options = {
  tap: text({
    default: 'up_blocks.1',
    placeholder: 'TAP',
    help: 'Where the network is changed; mid_block is the bottleneck, which in small networks with skips hardly matters.',
  }),
  edit: number({
    default: 0.8,
    min: 0,
    max: 1,
    help: 'Time down to which the change acts: what it does later comes on top of what has come over already.',
  }),
  refinements: integer({
    default: 2,
    min: 0,
    max: 100,
    help: 'Further guesses of each step when real pictures are inverted.',
  }),
};

/** From one picture to another by what passes a tap of the network: `langevin edit A --to B --with semantic-interpolate`. */
export const semanticInterpolate = defineEditKind({
  name: 'semantic-interpolate',
  summary: 'Pictures between two pictures, linear inside of the network.',
  options,
  needs: ['other'],
  takesSemantic: false,
  prepare(job, own) {
    const { model, runtime, pictures, others, sampling, guiding, signal } = job;
    const { tap, edit, refinements } = resolve('semantic-interpolate', options, own as never);
    requireUsual('semantic-interpolate', job);
    requireTap({ model, runtime, tap });
    const { labels, guidance, steps, scheme, seed } = sampling;
    const count = pictures.shape[0]!;
    const usual = { model, runtime, steps, scheme, batch: job.options.batch, signal, key: key(seed) };
    const label = labels?.[0] ?? null;
    const real = Number(!job.latents) + Number(!job.otherLatents);
    const walk = walkEvaluations(job);
    const before = real * steps * (1 + refinements) + 2 * walk;
    const doing = real > 0 ? 'invert and record' : 'record';
    const strengths = Array.from({ length: count }, (_, i) => (count === 1 ? 0.5 : i / (count - 1)));
    return {
      cost: `${plural(before, 'evaluation')} to ${doing}, and ${walk} to edit ${plural(count, 'picture')}${guidedInWords(guidance, guiding)}`,
      canvas: null,
      facts: { edit: { name: 'semantic-interpolate', options: { tap, edit, refinements } } },
      async *run() {
        const invert = (all: typeof pictures) =>
          invertSemantic({ ...usual, labels: labels ? [label] : undefined, pictures: rows(all, 0, 1), refinements });
        const one = steps * (1 + refinements);
        const batches = Math.ceil(count / job.options.batch);
        const total = before + batches * walk;
        const from = job.latents
          ? rows(job.latents, 0, 1)
          : yield* partOf(invert(pictures), { from: 0, to: one, total });
        const to = job.otherLatents
          ? rows(job.otherLatents, 0, 1)
          : yield* partOf(invert(others!), { from: (real - 1) * one, to: real * one, total });
        const change = await betweenInH({ ...usual, from, to, labels: [label, label], tap });
        const start = { ...pictures, data: new Float32Array(pictures.data.length) };
        for (let i = 0; i < count; i++) start.data.set(from.data, i * from.data.length);
        const asked = { ...usual, ...guiding, guidance, labels: labels ?? undefined };
        const edits = [{ change, strengths }];
        const work = semanticWalk({ ...asked, start, edits, tap, interval: { edit, boost: 0 } });
        return keptOutside(yield* partOf(work, { from: before, to: total, total }), job);
      },
    };
  },
});

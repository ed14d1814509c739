import { choice, number, text } from '../../core/options.js';
import { type GuidanceName, guidances, limits } from '../../sampling/index.js';

/** Kinds of guidance that make one answer of two: those that go from the model told a class. */
export const guidanceMethods: readonly GuidanceName[] = guidances.names.filter((name) => {
  const asks: readonly string[] = guidances.entries[name].definition.asks;
  return asks.includes('conditional') && !asks.includes('guided');
});

const { rescale, 'classifier-free': usual, 'classifier-score': climbing } = guidances.entries;

/** How the class of a picture is followed, each declared once; ranges and words are those of the guidance. */
export const guidanceOptions = {
  guidance: number({
    ...usual.definition.options.scale,
    default: null,
    help: 'How hard the class is followed; 1 is as learnt, and so it is unless told. Below 1 with cfg++.',
  }),
  guidanceMethod: text({
    default: null,
    placeholder: 'NAME[:OPTION=VALUE,…]',
    help: `By which rule: ${guidanceMethods.join(', ')}. What --negative and --weak-model ask for, else classifier-free.`,
  }),
  guidanceInterval: text({
    default: null,
    placeholder: 'LOW..HIGH',
    help: "Guidance at these noise levels alone: places on the model's grid, from 0, the data, to 1, the last level.",
  }),
  guidanceRescale: number({ ...rescale.definition.options.factor, default: null }),
  negative: text({
    default: null,
    placeholder: 'NAMES',
    help: 'Classes to get away from, in the place of any class; named as in --class.',
  }),
  weakModel: text({
    default: null,
    placeholder: 'DIR',
    help: 'A worse model of the same data to get away from, for example an early checkpoint.',
  }),
  classifier: text({
    default: null,
    placeholder: 'DIR',
    help: 'A noise-aware classifier whose gradient is climbed towards the class.',
  }),
  classifierScale: number({ ...climbing.definition.options.scale, default: null }),
  classifierForm: choice(['score', 'mean'], {
    default: 'score',
    help: 'What the gradient changes: the score, for every sampler, or the mean of the steps of ddpm.',
  }),
  limit: text({
    default: null,
    placeholder: 'NAME[:OPTION=VALUE,…]',
    help: `What keeps clean values in range: ${limits.names.join(', ')} or none; as the model says unless told.`,
  }),
};

const { classifierForm: _form, limit: _limit, ...onPath } = guidanceOptions;

/** The same for walks there and back: what does not change the path. */
export const pathGuidanceOptions = onPath;

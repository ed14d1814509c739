import { defineRegistry } from '../../core/registry.js';
import { constant } from './constant.js';
import { cosine } from './cosine.js';
import { cosineInterpolated } from './cosine-interpolated.js';
import { exp } from './exp.js';
import { given } from './given.js';
import { jsd } from './jsd.js';
import { laplace } from './laplace.js';
import { learned } from './learned.js';
import { linear } from './linear.js';
import { quadratic } from './quadratic.js';
import { scaledLinear } from './scaled-linear.js';
import { sigmoid } from './sigmoid.js';
import { sigmoidAlphaBar } from './sigmoid-alpha-bar.js';
import { straight } from './straight.js';
import { subVp } from './sub-vp.js';
import { ve } from './ve.js';
import { vp } from './vp.js';
import { warmUp } from './warm-up.js';

export const schedules = defineRegistry('schedule', {
  constant,
  cosine,
  'cosine-interpolated': cosineInterpolated,
  exp,
  given,
  jsd,
  laplace,
  learned,
  linear,
  quadratic,
  'scaled-linear': scaledLinear,
  sigmoid,
  'sigmoid-alpha-bar': sigmoidAlphaBar,
  straight,
  'sub-vp': subVp,
  ve,
  vp,
  'warm-up': warmUp,
});

export type ScheduleName = keyof typeof schedules.entries;
export {
  constant,
  cosine,
  cosineInterpolated,
  exp,
  given,
  jsd,
  laplace,
  learned,
  linear,
  quadratic,
  scaledLinear,
  sigmoid,
  sigmoidAlphaBar,
  straight,
  subVp,
  ve,
  vp,
  warmUp,
};

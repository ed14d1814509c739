import { defineRegistry } from '../../../core/registry.js';
import type { PlotKind } from '../define-plot.js';
import { density } from './density.js';
import { field } from './field.js';
import { loss } from './loss.js';
import { samples } from './samples.js';
import { schedule } from './schedule.js';
import { steps } from './steps.js';
import { trajectory } from './trajectory.js';
import { weighting } from './weighting.js';

/** Every kind of drawing, by the word that stands behind `langevin plot`. */
export const plotKinds = defineRegistry<Readonly<Record<string, PlotKind>>>('plot', {
  schedule,
  steps,
  weighting,
  loss,
  trajectory,
  field,
  density,
  samples,
});

import { resolve } from '../../../core/options.js';
import type { DiffusionModel } from '../../../pipelines/index.js';
import { outpaint } from '../../../sampling/index.js';
import type { Size } from '../define-edit-kind.js';

/** What both sides of a picture must be a multiple of: each halving of the network needs an even number. */
export const sideMultiple = ({ config }: DiffusionModel): number =>
  'block_out_channels' in config ? 2 ** (config.block_out_channels.length - 1) : 1;

export interface PicturesAndModel {
  readonly model: DiffusionModel;
  /** The size of the source. */
  readonly size: Size;
}

/** The margins that are asked for, wider on the right and below where the network needs it: `outpaint:right=20,bottom=2`. */
export function suitableMargins(
  { model, size: { width, height } }: PicturesAndModel,
  own: Readonly<Record<string, unknown>>,
): string {
  const { left, right, top, bottom } = resolve('outpaint', outpaint.definition.options, own as never);
  const multiple = sideMultiple(model);
  const missing = (side: number): number => (multiple - (side % multiple)) % multiple;
  const wider = {
    ...{ left, right: right + missing(left + width + right) },
    ...{ top, bottom: bottom + missing(top + height + bottom) },
  };
  const told = Object.entries(wider).flatMap(([side, pixels]) => (pixels > 0 ? [`${side}=${pixels}`] : []));
  return told.length > 0 ? `outpaint:${told.join(',')}` : 'outpaint';
}

/** How out-painting takes a picture of another size than that of the model. */
export function outpaintAtOwnSize(at: PicturesAndModel, own: Readonly<Record<string, unknown>>): string {
  const multiple = sideMultiple(at.model);
  const sides = multiple > 1 ? `: both sides of the canvas must be multiples of ${multiple}` : '';
  return `--fit none --with ${suitableMargins(at, own)}${sides}`;
}

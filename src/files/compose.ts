import { ToolkitError } from '../core/errors.js';
import type { HostArray } from '../core/host-array.js';
import type { Picture } from './picture.js';
import { withChannels } from './strip.js';

export interface ComposeOptions {
  /** The picture as it was read. */
  readonly source: Picture;
  readonly edited: Picture;
  /** [H, W]: 1 where the edited picture shows, 0 where the source does, between on a soft rim. */
  readonly mask: HostArray<'float32'>;
}

/**
 * An edited picture put into its source: bytes outside of the mask are those of the source, transparency included. Grey
 * sources become RGB of the same bytes; what was edited is opaque.
 */
export function compose({ source, edited, mask }: ComposeOptions): Picture {
  const channels = source.channels % 2 === 0 ? 4 : 3;
  const { width, height } = source;
  if (edited.width !== width || edited.height !== height || mask.data.length !== width * height) {
    throw new ToolkitError(
      'bad-picture',
      `compose: source, edited picture and mask must be of one size, got ${width} × ${height}, ` +
        `${edited.width} × ${edited.height} and [${mask.shape.join(', ')}].`,
    );
  }
  const out = Uint8Array.from(withChannels(source, channels).data);
  const made = withChannels(edited, channels).data;
  for (let i = 0; i < out.length; i++) {
    const m = mask.data[Math.floor(i / channels)]!;
    if (m > 0) out[i] = Math.round(m * made[i]! + (1 - m) * out[i]!);
  }
  return { width, height, channels, data: out };
}

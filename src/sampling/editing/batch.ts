import type { HostArray } from '../../core/host-array.js';

/** What edits work on: pictures [B, C, H, W] or points [B, D]. */
export type Batch = HostArray<'float32'>;

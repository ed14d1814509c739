import { type ConvAttributes, onnxConv } from '../convolution.js';
import type { OnnxContext } from './context.js';

/** Positions of one convolution below which reordering its weights costs more than the faster kernel saves. */
export const leastPositions = 512;

interface BlockedConv {
  /** Names of x [N, C, H, W], of the weight in its stored layout, and of the bias [O] if there is one. */
  readonly x: string;
  readonly weight: string;
  readonly bias?: string | undefined;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: readonly [number, number];
  /** Outputs per channel over the whole batch: N·H′·W′. */
  readonly positions: number;
  readonly conv: ConvAttributes;
  /** The stored weight is [C, O, k, l] of the opposite direction: swap its channels and turn it by 180°. */
  readonly turned: boolean;
}

/** Whether the engine's channel-blocked convolution can and should compute this one. */
export function worthBlocking(
  { block }: Pick<OnnxContext<object>, 'block'>,
  at: Omit<BlockedConv, 'x' | 'weight' | 'bias' | 'turned'>,
): boolean {
  const fits = block > 0 && at.conv.groups === 1 && at.inChannels % block === 0 && at.outChannels % block === 0;
  return fits && at.positions >= leastPositions;
}

/**
 * A convolution in onnxruntime's channel-blocked layout [N, C/B, H, W, B], with weights that arrive at run time: the
 * engine does this by itself only for constant weights, and it is 1.2–2.3 times as fast as its plain convolution.
 * Weights are laid out [O/B, C/B, k, l, B of C, B of O].
 */
export function blockedConv(
  context: Pick<OnnxContext<object>, 'node' | 'ints' | 'block' | 'out'>,
  at: BlockedConv,
): void {
  const { node, ints, block: B, out } = context;
  const { inChannels: C, outChannels: O, kernel, turned } = at;
  const taps = kernel[0] * kernel[1];
  // → [O/B, C/B, taps, B of C, B of O] in two steps, each of which moves one axis or whole runs of B numbers. The turn
  // stands between them, or else the engine would join them to one slow transposition.
  const step = (name: string, shape: readonly number[], perm: readonly number[]): string =>
    node('Transpose', [node('Reshape', [name, ints(shape)])], { attributes: { perm } });
  const turn = (name: string): string =>
    taps === 1 ? name : node('Slice', [name, ints([-1]), ints([-taps - 1]), ints([0]), ints([-1])]);
  const ordered = turned
    ? step(turn(step(at.weight, [C * O, taps], [1, 0])), [taps, C / B, B, O / B, B], [3, 1, 0, 2, 4])
    : step(step(at.weight, [O / B, B, C * taps], [0, 2, 1]), [(O * C) / (B * B), B, taps, B], [0, 2, 1, 3]);
  const weight = node('Reshape', [ordered, ints([O, C, ...kernel])]);
  const domain = 'com.microsoft.nchwc' as const;
  const blocked = node('ReorderInput', [at.x], { domain, attributes: { channels_last: 0 } });
  const inputs = at.bias === undefined ? [blocked, weight] : [blocked, weight, at.bias];
  const y = node('Conv', inputs, { domain, attributes: { ...onnxConv(at.conv), kernel_shape: kernel } });
  node('ReorderOutput', [y], { domain, outputs: out, attributes: { channels: O, channels_last: 0 } });
}

import { existsSync, readFileSync } from 'node:fs';
import { floats, type HostArray } from '../src/core/host-array.js';

const folder = new URL('../../shared/reference/', import.meta.url);

/** Numbers of diffusers' own, which live outside the repository; `skip` says why where they are missing. */
export function reference<Entry>(name: string): { readonly entries: readonly Entry[]; readonly skip: string | false } {
  const file = new URL(name, folder);
  if (!existsSync(file)) return { entries: [], skip: `${name} is not on this machine` };
  return { entries: JSON.parse(readFileSync(file, 'utf8')) as Entry[], skip: false };
}

const shape = [4, 3, 8, 8];

/** `value(0 … 767)` reshaped to (3, 8, 8, 4), divided by 768 and permuted to (4, 3, 8, 8), in float32. */
function permuted(value: (i: number) => number): HostArray<'float32'> {
  const data = new Float32Array(768);
  for (let b = 0; b < 4; b++) for (let i = 0; i < 192; i++) data[b * 192 + i] = value(i * 4 + b) / 768;
  return floats(shape, data);
}

/** The fixed sample of diffusers' scheduler tests. */
export const sampleDeter = (): HostArray<'float32'> => permuted((i) => i);

/** Their fixed noise: the same numbers in the opposite order. */
export const noiseDeter = (): HostArray<'float32'> => permuted((i) => 767 - i);

export const absSum = ({ data }: HostArray<'float32'>): number => data.reduce((sum, value) => sum + Math.abs(value), 0);

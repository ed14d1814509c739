import type { HostArray } from '../src/core/host-array.js';
import { inputsOf, type Tensor } from '../src/graph/index.js';
import { referenceRuntime } from '../src/runtime/reference.js';

/** The numbers of some tensors by the reference interpreter. Feeds that no output depends on are left out. */
export async function evaluateGraph(
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Readonly<Record<string, HostArray>> = {},
): Promise<Record<string, HostArray>> {
  const wanted = inputsOf({ outputs });
  const used = Object.fromEntries(Object.entries(feeds).filter(([name]) => wanted.has(name)));
  return (await referenceRuntime().compile({ outputs })).run(used);
}

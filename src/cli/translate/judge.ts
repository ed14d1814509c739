import { ToolkitError } from '../../core/errors.js';
import type { HostArray } from '../../core/host-array.js';
import { judge as judgeOf, loadClassifier } from '../../pipelines/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { shippedFolder } from '../model/shipped-model.js';
import { usageError } from '../parse.js';

export interface GuessOptions {
  readonly judge: string | null;
  readonly runtime: Runtime;
  readonly pictures: HostArray<'float32'>;
  /** The classes to choose from, for each picture. */
  readonly among: readonly (readonly string[])[];
}

/** The most likely class of every picture among those that it may be of. */
export async function guessClasses({ judge, runtime, pictures, among }: GuessOptions): Promise<readonly string[]> {
  const path = judge ?? shippedFolder('judge-32') ?? shippedFolder('features-32');
  if (path === null) {
    throw usageError(
      'translate: nobody said what the pictures are, and no classifier is installed here that could guess. ' +
        'Say it with --from STYLE and --group GROUP.',
    );
  }
  const model = await loadClassifier(path);
  const unknown = among.flat().find((name) => !model.classes.includes(name));
  if (unknown !== undefined) {
    throw new ToolkitError(
      'unknown-class',
      `translate: the judge ${path} does not know the class "${unknown}". Name another with --judge DIR, or say --from and --group.`,
    );
  }
  using network = judgeOf({ model, runtime, name: path });
  const { data } = await network.judge(pictures);
  return among.map((names, row) => {
    const score = (name: string): number => data[row * model.classes.length + model.classes.indexOf(name)]!;
    return names.reduce((best, name) => (score(name) > score(best) ? name : best));
  });
}

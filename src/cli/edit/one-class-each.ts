import { show } from '../../core/errors.js';
import { usageError } from '../parse.js';
import { parseConditions } from '../sample/classes.js';
import { plural } from '../terminal/format.js';
import type { EditOptions } from './define-edit-kind.js';

export interface OneClassEachOptions {
  readonly options: Pick<EditOptions, 'class' | 'attributes'>;
  readonly classes: readonly string[] | null;
  /** Results that are made, each of one class. */
  readonly count: number;
}

/** Refuses more classes than results: those left over would be dropped, and nobody would know which. */
export function requireOneClassEach({ options, classes, count }: OneClassEachOptions): void {
  if (options.class === null) return;
  const wanted = parseConditions(options.class, classes, { owner: 'edit' }).length;
  if (wanted <= count) return;
  const many = options.attributes
    ? `--attributes ${show(options.attributes)} is ${wanted} lists`
    : `--class ${show(options.class)} is ${wanted} classes`;
  throw usageError(`edit: ${many} for ${plural(count, 'result')}. Name one of them, or take --count ${wanted}.`);
}

import { ToolkitError } from '../core/errors.js';
import { exitCodes } from './failure.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interrupt extends Disposable {
  readonly signal: AbortSignal;
}

/** Listens for Ctrl-C and its kin: the first asks the work to save and stop, the second ends the process at once. */
export function listenForInterrupt(told: () => void): Interrupt {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) return process.exit(exitCodes.interrupted);
    controller.abort(new ToolkitError('interrupted', 'Interrupted.'));
    told();
  };
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}

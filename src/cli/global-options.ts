import { choice, flag, type Resolved } from '../core/options.js';
import { nodeRuntimeOptions } from '../runtime/node.js';

/** Options that every command takes. */
export const globalOptions = {
  json: flag({ help: 'Writes progress and the result as lines of JSON on stdout, and nothing else there.' }),
  quiet: flag({ help: 'No progress and no remarks; results and errors only.' }),
  threads: nodeRuntimeOptions.threads,
  device: choice([...nodeRuntimeOptions.device.values, 'reference'], {
    default: nodeRuntimeOptions.device.default,
    help: 'Where to compute; reference is the slow interpreter that tests measure against.',
  }),
  debug: flag({ help: 'Shows the stack trace of an error.' }),
  help: flag({ help: 'Shows this text.' }),
  version: flag({ help: 'Shows the version.' }),
};

export type GlobalOptions = Resolved<typeof globalOptions>;

export const globalShort = { h: 'help', q: 'quiet', V: 'version' } as const;

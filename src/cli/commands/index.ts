import { defineRegistry } from '../../core/registry.js';
import type { Command } from '../define-command.js';
import { bench } from './bench.js';
import { demo } from './demo.js';
import { directions } from './directions.js';
import { edit } from './edit.js';
import { evaluate } from './eval.js';
import { forward } from './forward.js';
import { inspect } from './inspect.js';
import { invert } from './invert.js';
import { plot } from './plot.js';
import { replay } from './replay.js';
import { sample } from './sample.js';
import { train } from './train.js';
import { translate } from './translate.js';

/** Every command, by name. */
export const commands = defineRegistry<Readonly<Record<string, Command>>>('command', {
  demo,
  train,
  sample,
  edit,
  invert,
  translate,
  replay,
  eval: evaluate,
  plot,
  directions,
  inspect,
  forward,
  bench,
});

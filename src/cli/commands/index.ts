import { defineRegistry } from '../../core/registry.js';
import type { Command } from '../define-command.js';
import { forward } from './forward.js';

/** Every command, by name. */
export const commands = defineRegistry<Readonly<Record<string, Command>>>('command', { forward });

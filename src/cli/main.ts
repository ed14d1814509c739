import { commands } from './commands/index.js';
import type { CommandContext, CommandResult } from './define-command.js';
import { exitCodeOf, exitCodes, messageOf, traceOf } from './failure.js';
import { type GlobalOptions, globalOptions, globalShort } from './global-options.js';
import { commandHelp, overview } from './help.js';
import { listenForInterrupt } from './interrupt.js';
import { parse, settle, settleArguments } from './parse.js';
import { createOutput, type Output, type Stream } from './terminal/output.js';
import { paint } from './terminal/paint.js';
import { version } from './version.js';

export interface Surroundings {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Runs one command line and returns its exit code: 0 done, 1 failed, 2 bad usage, 130 interrupted after saving. */
export async function main(argv: readonly string[], given: Partial<Surroundings> = {}): Promise<number> {
  const { stdout, stderr, environment }: Surroundings = {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    ...given,
  };
  const asks = (flag: string): boolean => argv.includes(flag); // before anything is known to be well-formed
  const out = createOutput({ stdout, stderr, environment, json: asks('--json'), quiet: asks('--quiet') || asks('-q') });
  using interrupt = listenForInterrupt(() => out.say('Stopping; press Ctrl-C once more to stop without saving.'));
  let reached: CommandResult = {};
  const standing = (facts: CommandResult): void => void (reached = facts);
  try {
    return await runCommand({ argv, out, signal: interrupt.signal, standing });
  } catch (error) {
    if (interrupt.signal.aborted && error === interrupt.signal.reason) {
      out.event('interrupted', reached);
      return exitCodes.interrupted;
    }
    const code = exitCodeOf(error);
    const { red } = paint({ isTty: stderr.isTTY === true, environment });
    stderr.write(`${red('Error:')} ${asks('--debug') ? traceOf(error) : messageOf(error)}\n`);
    out.event('error', { code, message: messageOf(error) });
    return code;
  }
}

interface RunCommand {
  readonly argv: readonly string[];
  readonly out: Output;
  readonly signal: AbortSignal;
  readonly standing: CommandContext['standing'];
}

/** Runs what a command line names, and returns the exit code of what it came to. */
async function runCommand({ argv, out, signal, standing }: RunCommand): Promise<number> {
  const before = parse({ owner: 'langevin', argv, specs: globalOptions, short: globalShort, leading: true });
  const early = settle('langevin', globalOptions, before.given) as GlobalOptions;
  if (early.version) return tell(out, `langevin ${version()}`, { version: version() });
  const [first, ...others] = before.rest;
  const [name, rest] = first === 'help' ? [others[0], ['--help']] : [first, others];
  if (name === undefined) return tell(out, overview(commands.entries, out.paint), { commands: commands.names });

  const command = commands.get(name);
  const short = { ...globalShort, ...command.short };
  const specs = { ...command.options, ...globalOptions };
  const { given, words } = parse({ owner: name, argv: rest, specs, short });
  if (given['help'] || early.help)
    return tell(out, commandHelp(command, out.paint, given), { command: name, options: command.options });
  if (given['version']) return tell(out, `langevin ${version()}`, { version: version() });
  const all = settle(name, specs, { ...before.given, ...given });
  const only = (wanted: object) => Object.fromEntries(Object.keys(wanted).map((key) => [key, all[key]]));
  const context = {
    options: only(command.options),
    given: new Set(Object.keys(given)),
    arguments: settleArguments(name, command.arguments, words),
    globals: only(globalOptions) as GlobalOptions,
    out,
    signal,
    standing,
  } as CommandContext;
  standing({ command: name });
  const result = await command.run(context);
  out.event('result', { command: name, ...result });
  return command.isFailure?.(result) ? exitCodes.failed : exitCodes.done;
}

function tell(out: Output, text: string, result: Readonly<Record<string, unknown>>): number {
  out.print(text);
  out.event('result', result);
  return exitCodes.done;
}

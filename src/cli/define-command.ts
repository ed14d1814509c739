import type { OptionSpecs, Resolved } from '../core/options.js';
import type { GlobalOptions } from './global-options.js';
import type { Output } from './terminal/output.js';

/** A word that stands by itself on the command line, in the order of declaration. */
export interface Argument {
  readonly placeholder: string;
  readonly help: string;
  readonly required: boolean;
  /** Takes all the words that are left; for the last argument alone. */
  readonly many?: true;
}

export type Arguments = Readonly<Record<string, Argument>>;

type ArgumentValue<A extends Argument> = A extends { readonly many: true }
  ? readonly string[]
  : A extends { readonly required: true }
    ? string
    : string | null;

/** What a command is given: everything settled, and the ways to speak and to be stopped. */
export interface CommandContext<S extends OptionSpecs = OptionSpecs, A extends Arguments = Arguments> {
  readonly options: Resolved<S>;
  /** Names of the options that stood on the command line: the rest are defaults. */
  readonly given: ReadonlySet<keyof S & string>;
  readonly arguments: { readonly [K in keyof A]: ArgumentValue<A[K]> };
  readonly globals: GlobalOptions;
  readonly out: Output;
  /** What the event `interrupted` will say beside its name, should there be one. */
  readonly standing: (facts: CommandResult) => void;
  /** Aborted by the first Ctrl-C: save, then throw the signal's reason. */
  readonly signal: AbortSignal;
}

/** The result for machines: printed as one JSON object with `--json`. */
export type CommandResult = Readonly<Record<string, unknown>>;

/** A list that the help of a command adds: names with a line each, or options with ranges. */
export interface HelpList {
  readonly title: string;
  readonly rows: readonly (readonly [name: string, line: string])[];
  /** Options, as `NAME=VALUE` behind the thing they belong to. */
  readonly options?: OptionSpecs;
}

export interface CommandDefinition<S extends OptionSpecs, A extends Arguments> {
  readonly name: string;
  /** One sentence for the list of commands. */
  readonly summary: string;
  /** Sentences that the help of the command adds. */
  readonly details?: string;
  /** Lists behind the options of the command, by the options that stood on the command line. */
  readonly lists?: (given: Readonly<Record<string, unknown>>) => readonly HelpList[];
  readonly arguments: A;
  /** By name in camel case; `labelDropout` is `--label-dropout`. */
  readonly options: S;
  /** One-letter forms: `{ n: 'count' }`. */
  readonly short?: Readonly<Record<string, keyof S & string>>;
  readonly examples: readonly string[];
  readonly run: (context: CommandContext<S, A>) => Promise<CommandResult>;
  /** Whether a result is not what was asked for: the command ends with exit code 1 then, without an error. */
  readonly isFailure?: (result: CommandResult) => boolean;
}

/** A command whose options are known only at run time: what the registry lists. */
export type Command = Omit<CommandDefinition<OptionSpecs, Arguments>, 'run'> & {
  readonly run: (context: CommandContext) => Promise<CommandResult>;
};

export function defineCommand<const S extends OptionSpecs, const A extends Arguments>(
  definition: CommandDefinition<S, A>,
): Command {
  return Object.freeze(definition) as unknown as Command;
}

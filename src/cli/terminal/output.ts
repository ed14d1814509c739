import { systemCode } from '../../files/errors.js';
import { type Paint, paint } from './paint.js';
import { bar, createMeter, line, type Progress, type ProgressOptions, type Status } from './progress.js';

/** The part of a writable stream that is used. */
export interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  listeners(event: 'error'): readonly unknown[];
}

/** How a command speaks. Results for people go to stdout; remarks and progress to stderr; with `json`, events to stdout. */
export interface Output {
  readonly json: boolean;
  /** Colours for `print`. */
  readonly paint: Paint;
  /** A result for people. */
  print(text: string): void;
  /** A remark for people who watch. */
  say(text: string): void;
  /** Something to know although the work goes on; what was told once is not told again. */
  warn(text: string): void;
  /** One line of JSON, with `json` only. */
  event(name: string, fields: Readonly<Record<string, unknown>>): void;
  progress(options: ProgressOptions): Progress;
}

export interface OutputOptions {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Seconds between two signs of life: on a terminal, in a log, as events. */
const pace = { terminal: 0.1, log: 5, events: 1 };

export function createOutput({ stdout, stderr, environment, json, quiet }: OutputOptions): Output {
  for (const stream of [stdout, stderr]) {
    if (!stream.listeners('error').includes(ignoreClosedPipe)) stream.on('error', ignoreClosedPipe);
  }
  const colours = paint({ isTty: stderr.isTTY === true, environment });
  const shows = !quiet && !json;
  const onTerminal = shows && stderr.isTTY === true;
  let current: (() => string) | null = null; // the bar in the last line of the terminal

  const remark = (text: string): void => {
    if (onTerminal && current) stderr.write(`${erase}${text}\n${current()}`);
    else stderr.write(`${text}\n`);
  };
  const told = new Set<string>();
  const warn = (text: string): void => {
    if (told.has(text)) return;
    told.add(text);
    if (json) event('warning', { text });
    else remark(`${colours.yellow('Note:')} ${text}`);
  };
  const event = (name: string, fields: Readonly<Record<string, unknown>>): void => {
    if (json) stdout.write(`${JSON.stringify({ event: name, ...fields })}\n`);
  };

  function progress(options: ProgressOptions): Progress {
    const now = (): number => performance.now() / 1000;
    const meter = createMeter(options, now);
    const every = json ? pace.events : onTerminal ? pace.terminal : pace.log;
    const begin = now();
    let [last, seen]: [number, Status | null] = [json || onTerminal ? -Infinity : begin, null];
    let shown: Status | null = null;
    let ended = false;
    const draw = (): string => (seen ? bar(seen, stderr.columns ?? 80, colours) : '');
    const emit = (status: Status): void => {
      shown = status;
      if (json) {
        const { what, done, total, rate, left, figures } = status;
        if (!quiet) event('progress', { what, done, total, rate, left, ...figures });
      } else if (onTerminal) stderr.write(`${erase}${draw()}`);
      else if (shows) stderr.write(`${line(status)}\n`);
    };
    const end = (): void => {
      if (ended) return;
      ended = true;
      current = null;
      const isBrief = !onTerminal && !json && now() - begin < every; // not worth a line in a log
      if (seen && seen !== shown && !isBrief) emit(seen);
      if (onTerminal && seen) stderr.write('\n');
    };
    if (onTerminal) current = draw;
    return {
      update(done, figures) {
        seen = meter(done, figures);
        if (now() - last < every) return;
        last = now();
        emit(seen);
      },
      end,
      [Symbol.dispose]: end,
    };
  }

  return {
    json,
    paint: paint({ isTty: stdout.isTTY === true, environment }),
    print: (text) => {
      if (!json) stdout.write(`${text}\n`);
    },
    say: (text) => {
      if (!quiet) json ? event('note', { text }) : remark(text);
    },
    warn,
    event,
    progress,
  };
}

const erase = '\r\u001b[2K';

/** Whoever read us went away: the work goes on and nobody is told. */
function ignoreClosedPipe(error: Error): void {
  if (systemCode(error) !== 'EPIPE') throw error;
}

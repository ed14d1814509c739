import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A program that answers each JSON line on its stdin with one on its stdout, after a greeting. */
export interface LineProcess<Greeting> {
  readonly greeting: Greeting;
  ask<Answer>(request: object): Promise<Answer>;
  close(): Promise<void>;
}

export async function startLineProcess<Greeting>(
  program: string,
  args: readonly string[],
): Promise<LineProcess<Greeting>> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async <T>(): Promise<T> => {
    const { value, done } = await Promise.race([lines.next(), ended.then(() => ({ value: '', done: true }))]);
    if (done) throw new Error(`${program} ${args.join(' ')} stopped without an answer (exit code ${await ended}).`);
    return JSON.parse(value) as T;
  };
  return {
    greeting: await next<Greeting>(),
    ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return next();
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

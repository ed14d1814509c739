import { relative } from 'node:path';
import { inspect } from 'node:util';
import { root } from './paths.js';

/**
 * A reporter for Node's test runner: failures and skips (with the reason) as they come, one line for each file, then
 * every failure in full and the runner's closing totals (`# tests`, `# pass`, `# fail` …).
 */
export default async function* report(source) {
  const files = new Map();
  const totals = [];
  const failures = [];
  for await (const { type, data } of source) {
    if (type === 'test:stdout' || type === 'test:stderr') yield data.message;
    if (type === 'test:diagnostic' && data.nesting === 0) totals.push(data.message);
    if (type !== 'test:pass' && type !== 'test:fail') continue;

    const name = relative(root, data.file ?? '');
    const file = files.get(name) ?? { pass: 0, fail: 0, ms: 0 };
    files.set(name, file);
    const counts = data.details.type !== 'suite' && data.skip === undefined && data.todo === undefined;
    if (counts) file[type === 'test:pass' ? 'pass' : 'fail']++;
    if (data.nesting === 0) file.ms += data.details.duration_ms;
    if (typeof data.skip === 'string' && data.skip !== '') yield `skip ${name}: ${data.name} (${data.skip})\n`;
    if (type === 'test:fail' && data.todo === undefined && !isConsequence(data.details.error)) {
      failures.push(`FAIL ${name}: ${data.name}\n${indent(explain(data.details.error))}\n`);
      yield `FAIL ${name}: ${data.name}\n`;
    }
  }
  for (const [name, { pass, fail, ms }] of files) {
    yield `${fail > 0 ? 'FAIL' : 'ok  '} ${name}  ${pass} passed${fail > 0 ? `, ${fail} failed` : ''}, ${(ms / 1000).toFixed(1)} s\n`;
  }
  if (failures.length > 0) yield `\n${failures.join('\n')}\n`;
  for (const total of totals) yield `# ${total}\n`;
}

/** A suite fails because a test in it did: the test has said so. */
const isConsequence = (error) => error?.failureType === 'subtestsFailed';

/** The assertion that failed, without the runner's wrapper around it. */
const explain = (error) => (typeof error?.cause === 'string' ? error.cause : inspect(error?.cause ?? error));

const indent = (text) => text.replace(/^/gm, '  ');

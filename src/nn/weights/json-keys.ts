/**
 * The first key that some object of a JSON text has twice, or undefined. JSON.parse keeps the last of them silently.
 * The text must be valid JSON.
 */
export function duplicateKey(text: string): string | undefined {
  const open: (Set<string> | null)[] = []; // keys seen in each open object; null stands for an array
  for (let at = 0; at < text.length; at++) {
    const found = text[at];
    if (found === '{') open.push(new Set());
    else if (found === '[') open.push(null);
    else if (found === '}' || found === ']') open.pop();
    else if (found === '"') {
      const end = endOfString(text, at);
      const keys = open.at(-1);
      colon.lastIndex = end;
      if (keys && colon.test(text)) {
        const key = JSON.parse(text.slice(at, end)) as string;
        if (keys.has(key)) return key;
        keys.add(key);
      }
      at = end - 1;
    }
  }
  return undefined;
}

const colon = /\s*:/y;

/** One past the closing quote. By hand: a pattern with escapes in it overflows the stack on a name of megabytes. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
}

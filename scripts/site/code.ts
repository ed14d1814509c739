export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const words =
  'import|export|from|const|let|type|interface|function|return|async|await|for|of|in|if|else|new|throw|try|catch|yield|' +
  'readonly|extends|typeof|as|void|null|true|false|using|class|while|switch|case|default';

const parts = new RegExp(
  `(?<comment>/\\*[\\s\\S]*?\\*/|//[^\\n]*)|(?<string>'(?:[^'\\\\\\n]|\\\\.)*'|"(?:[^"\\\\\\n]|\\\\.)*"|\`(?:[^\`\\\\]|\\\\.)*\`)|` +
    `(?<word>\\b(?:${words})\\b)|(?<number>\\b\\d[\\d_.]*(?:e[-+]?\\d+)?\\b)`,
  'g',
);

/** Code as HTML, with comments, strings, words of the language and numbers told apart. */
export function highlighted(code: string, language: string): string {
  if (language === 'console' || language === 'sh') {
    return code
      .split('\n')
      .map((line) => (line.startsWith('#') ? `<i class="comment">${escapeHtml(line)}</i>` : escapeHtml(line)))
      .join('\n');
  }
  if (language !== 'ts' && language !== 'js') return escapeHtml(code);
  let [html, from] = ['', 0];
  for (const found of code.matchAll(parts)) {
    const kind = Object.entries(found.groups!).find(([, text]) => text !== undefined)![0];
    html += `${escapeHtml(code.slice(from, found.index))}<i class="${kind}">${escapeHtml(found[0])}</i>`;
    from = found.index + found[0].length;
  }
  return html + escapeHtml(code.slice(from));
}

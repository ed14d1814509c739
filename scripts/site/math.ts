import katex from 'katex';
import type MarkdownIt from 'markdown-it';

/** Formulas as in TeX: `$…$` within a line, `$$…$$` as a paragraph of their own. Wrong TeX stops the build. */
export function math(md: MarkdownIt): void {
  md.inline.ruler.after('escape', 'math', (state, silent) => {
    if (state.src[state.pos] !== '$' || state.src[state.pos + 1] === '$') return false;
    const found = /^\$(?!\s)((?:[^$`\\]|\\.)+?)(?<!\s)\$(?!\d)/.exec(state.src.slice(state.pos));
    if (!found) return false;
    if (!silent) state.push('math', '', 0).content = found[1]!;
    state.pos += found[0].length;
    return true;
  });
  md.block.ruler.before('paragraph', 'math_block', (state, start, end, silent) => {
    const lineAt = (line: number): string =>
      state.src.slice(state.bMarks[line]! + state.tShift[line]!, state.eMarks[line]!);
    if (!lineAt(start).startsWith('$$')) return false;
    let last = start;
    while (last < end && !(lineAt(last).trimEnd().endsWith('$$') && (last > start || lineAt(last).trim().length > 4)))
      last++;
    if (last === end) return false;
    if (silent) return true;
    const text = Array.from({ length: last - start + 1 }, (_, i) => lineAt(start + i)).join('\n');
    state.push('math_block', '', 0).content = text.trim().slice(2, -2).trim();
    state.line = last + 1;
    return true;
  });
  md.renderer.rules['math'] = (tokens, at) => katex.renderToString(tokens[at]!.content);
  md.renderer.rules['math_block'] = (tokens, at) =>
    `<div class="display">${katex.renderToString(tokens[at]!.content, { displayMode: true })}</div>\n`;
}

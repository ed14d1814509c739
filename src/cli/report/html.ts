/** Text as HTML shows it. */
export const escape = (text: string | number): string =>
  String(text).replace(
    /[&<>"']/g,
    (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c]!,
  );

/** Bytes inside the page itself. */
export const dataUri = (bytes: Uint8Array, type: string): string =>
  `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;

export interface PageOptions {
  readonly title: string;
  readonly body: string;
}

/** A page that needs nothing else: styles inside, light or dark as the reader has it. */
export const page = ({ title, body }: PageOptions): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
<style>${styles}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;

const styles = `
:root {
  --ground: #faf9f7; --card: #ffffff; --ink: #1d1b18; --soft: #6d675f; --line: #e6e1d9;
  --accent: #c2410c; --second: #0f766e; --shade: 0 1px 2px rgb(0 0 0 / .05), 0 8px 24px rgb(0 0 0 / .05);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #141312; --card: #1e1c1a; --ink: #ece8e1; --soft: #a39b8f; --line: #34302b;
    --accent: #fb923c; --second: #2dd4bf; --shade: none;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
}
main { max-width: 66rem; margin: 0 auto; padding: 3.5rem 1.25rem 4rem; }
h1 { font-size: clamp(2rem, 5vw, 3rem); line-height: 1.1; letter-spacing: -.03em; margin: 0 0 .75rem; text-wrap: balance; }
h2 { font-size: 1.35rem; letter-spacing: -.015em; margin: 0 0 .4rem; }
p { margin: 0 0 1rem; max-width: 44rem; }
.lead { font-size: 1.15rem; color: var(--soft); }
.soft, figcaption, th { color: var(--soft); }
section { margin-top: 3rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 16px; padding: 1.25rem; box-shadow: var(--shade); }
.facts { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; padding: 0; list-style: none; }
.facts li { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .6rem 1rem; box-shadow: var(--shade); }
.facts b { display: block; font-size: 1.35rem; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
.facts span { font-size: .85rem; color: var(--soft); }
img { display: block; image-rendering: pixelated; max-width: 100%; }
figure { margin: 0; }
figcaption { font-size: .85rem; margin-top: .4rem; }
.tiles { display: grid; grid-template-columns: repeat(8, 1fr); gap: 6px; }
.tiles img, .classes img { width: 100%; aspect-ratio: 1; border-radius: 6px; background: #fff; }
.strip { display: grid; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); gap: 1rem; }
.strip img, .film img { width: 100%; border-radius: 10px; background: #fff; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 1.25rem; align-items: start; }
.scroll { overflow-x: auto; }
.classes { display: grid; gap: 6px; align-items: center; min-width: 40rem; font-size: .75rem; color: var(--soft); }
.classes .top { text-align: center; line-height: 1.2; align-self: end; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; }
tr:last-child th, tr:last-child td { border-bottom: 0; }
th { white-space: nowrap; }
td { font-variant-numeric: tabular-nums; }
code, pre { font-family: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace; font-size: .86rem; }
pre { margin: 0; padding: .85rem 1rem; overflow-x: auto; border-radius: 10px; background: var(--ground); border: 1px solid var(--line); }
dl { display: grid; gap: 1.1rem; margin: 0; }
dt { font-weight: 600; margin-bottom: .3rem; }
dd { margin: 0; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { fill: var(--soft); font-size: 15px; font-family: inherit; }
.rule { stroke: var(--line); stroke-width: 1; }
.raw { fill: none; stroke: var(--accent); stroke-width: 1; opacity: .25; }
.smooth { fill: none; stroke: var(--accent); stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round; }
.held { fill: var(--second); stroke: var(--card); stroke-width: 2; }
.bars rect { fill: var(--second); opacity: .85; }
.key { display: flex; gap: 1.25rem; font-size: .85rem; color: var(--soft); margin-bottom: .5rem; flex-wrap: wrap; }
.key i { display: inline-block; width: .8rem; height: .8rem; border-radius: 3px; margin-right: .4rem; vertical-align: -1px; }
a { color: var(--accent); }
footer { margin-top: 3.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); font-size: .85rem; color: var(--soft); }
footer p { max-width: none; margin-bottom: .5rem; }
`;

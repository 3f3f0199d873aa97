/** Draws the README's picture from a real run: the untouched starter, checked in a terminal of 80 columns. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'picture-'));
const env = { ...process.env, FORCE_COLOR: '1', NO_COLOR: undefined, PROC_COURSE_STATE_DIR: folder };
const run = (...argv) =>
  spawnSync(process.execPath, [join(root, 'bin/proc-course.js'), ...argv], {
    cwd: folder,
    env,
  }).stdout.toString();

run('init');
const words = 'check exercise-1 --only stops-on-sigterm';
const lines = `$ npx proc-course ${words}\n${run(...words.split(' '))}`.trimEnd().split('\n');
rmSync(folder, { recursive: true, force: true });

const colors = { 31: '#f47067', 32: '#8ddb8c', 33: '#daaa3f', 36: '#76e3ea' };
const rowHeight = 19;
const columnWidth = 8.43;
const escapeXml = (text) => text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);

/** Turns one line with colour codes into the spans of an SVG text. */
function spansOf(line) {
  const style = {};
  return line
    .split(/\u001b\[(\d+)m/)
    .map((part, index) => {
      if (index % 2 === 0) return part === '' ? '' : `<tspan${attributes(style)}>${escapeXml(part)}</tspan>`;
      if (part === '1') style.bold = true;
      else if (part === '2') style.dim = true;
      else if (part === '22') Object.assign(style, { bold: false, dim: false });
      else style.color = colors[part];
      return '';
    })
    .join('');
}

const attributes = ({ bold, dim, color }) =>
  `${color ? ` fill="${color}"` : ''}${bold ? ' font-weight="bold"' : ''}${dim ? ' opacity="0.65"' : ''}`;

const width = Math.round(80 * columnWidth + 32);
const height = lines.length * rowHeight + 32;
const rows = lines
  .map((line, index) => `<text x="16" y="${28 + index * rowHeight}">${spansOf(line)}</text>`)
  .join('\n');
writeFileSync(
  join(root, 'docs', 'check.svg'),
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title>proc-course grades the untouched starter of exercise 1</title>
<rect width="100%" height="100%" rx="8" fill="#22272e"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#cdd9e5" xml:space="preserve">
${rows}
</g>
</svg>
`,
);
console.log(`docs/check.svg, ${lines.length} lines`);

/**
 * Draws the README's pictures from real runs in a pseudo-terminal of 80 columns: a check of the untouched starter, and
 * the home screen.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as pty from '@lydell/node-pty';
import xterm from '@xterm/headless';

const root = join(import.meta.dirname, '..');
const binary = join(root, 'bin/proc-course.js');
const folder = mkdtempSync(join(tmpdir(), 'picture-'));
const columns = 80;
const { CI: _ci, NO_COLOR: _noColor, ...around } = process.env;
const env = { ...around, TERM: 'xterm-256color', PROC_COURSE_STATE_DIR: folder };

/** Runs the tool in a terminal; resolves to its lines of styled runs once it has ended, or once it shows `until`. */
async function run(argv, { rows, until }) {
  const screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const child = pty.spawn(process.execPath, [binary, ...argv], {
    cwd: folder,
    cols: columns,
    rows,
    env,
    name: env.TERM,
  });
  screen.onData((answer) => child.write(answer));
  const ended = new Promise((resolve) => child.onExit(resolve));
  const shown = new Promise((resolve) => {
    child.onData((data) =>
      screen.write(data, () => until && linesOf(screen).some(({ text }) => until.test(text)) && resolve()),
    );
  });
  await Promise.race([ended, shown]);
  // What was written last is drawn before the picture is taken.
  await new Promise((resolve) => screen.write('', resolve));
  const lines = linesOf(screen);
  if (until) child.write('\u0003');
  await ended;
  screen.dispose();
  return lines.slice(0, lines.findLastIndex(({ text }) => text !== '') + 1);
}

function linesOf({ buffer, rows }) {
  return Array.from({ length: rows }, (_, row) => {
    const line = buffer.active.getLine(buffer.active.viewportY + row);
    const runs = [];
    for (let column = 0; column < columns; column += 1) {
      const cell = line.getCell(column);
      const style = attributes({
        bold: cell.isBold() !== 0,
        dim: cell.isDim() !== 0,
        color: cell.isFgPalette() ? colors[cell.getFgColor()] : undefined,
      });
      const text = cell.getChars() || ' ';
      const last = runs.at(-1);
      if (last?.style === style) last.text += text;
      else runs.push({ style, text });
    }
    return { runs, text: line.translateToString(true) };
  });
}

// The terminal's palette: red, green, yellow, blue, magenta, cyan.
const colors = { 1: '#f47067', 2: '#8ddb8c', 3: '#daaa3f', 4: '#6cb6ff', 5: '#dcbdfb', 6: '#76e3ea' };
const attributes = ({ bold, dim, color }) =>
  `${color ? ` fill="${color}"` : ''}${bold ? ' font-weight="bold"' : ''}${dim ? ' opacity="0.65"' : ''}`;

const rowHeight = 19;
const columnWidth = 8.43;
// Browsers run spaces of SVG text together, xml:space or not; spaces that do not break stay.
const escapeXml = (text) =>
  text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`).replaceAll(' ', '\u00a0');

/** The text of one line, without the spaces that a terminal has at its end. */
function spansOf({ runs, text }) {
  let left = text.length;
  const shown = runs.map((part) => {
    const kept = part.text.slice(0, Math.max(0, left));
    left -= part.text.length;
    return { ...part, text: kept };
  });
  return shown
    .filter((part) => part.text !== '')
    .map((part) => `<tspan${part.style}>${escapeXml(part.text)}</tspan>`)
    .join('');
}

function draw(name, title, words, lines) {
  const width = Math.round(columns * columnWidth + 32);
  const height = (lines.length + 1) * rowHeight + 32;
  const rows = [escapeXml(`$ ${words}`), ...lines.map(spansOf)]
    .map((spans, index) => `<text x="16" y="${28 + index * rowHeight}">${spans}</text>`)
    .join('\n');
  writeFileSync(
    join(root, 'docs', `${name}.svg`),
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title>${title}</title>
<rect width="100%" height="100%" rx="8" fill="#22272e"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#cdd9e5">
${rows}
</g>
</svg>
`,
  );
  console.log(`docs/${name}.svg, ${lines.length} lines`);
}

try {
  await once(
    spawn(process.execPath, [binary, 'init', '--lang', 'js'], { cwd: folder, env, stdio: 'ignore' }),
    'exit',
  );
  const words = 'check exercise-1 --only stops-on-sigterm';
  draw(
    'check',
    'proc-course grades the untouched starter of exercise 1',
    `proc-course ${words}`,
    // Higher than any window, so that nothing scrolls away.
    await run(words.split(' '), { rows: 100 }),
  );
  draw(
    'home',
    'proc-course alone says what is next and leads to every command',
    'proc-course',
    await run([], { rows: 24, until: /❯ / }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

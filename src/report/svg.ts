import type { Timeline } from '../timeline/events.ts';
import { type Bar, type Lane, lanesOf, type Mark } from './lanes.ts';

/** Text that is safe between tags and in attributes. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

// Units of the drawing: about pixels, where the page is 1,200 wide.
const nameWidth = 150;
const timeWidth = 860;
// Words begin at their moment, so the last ones need room behind the end.
const lastWordsWidth = 190;
const barHeight = 22;
const markHeight = 16;
const axisHeight = 26;
const laneGap = 8;
const letterWidth = 6.6;
const mostMarkRows = 12;

/**
 * A timeline as SVG. What has a time carries it in `data-at`, or in `data-from` and `data-to`, so that the page can
 * lay it out anew when the reader zooms; without scripts it shows the whole. The axis reaches to `untilMs` at least.
 */
export function renderSvg(timeline: Timeline, label: string, untilMs = 0): string {
  const { lanes, endMs: lastMs } = lanesOf(timeline);
  const endMs = Math.max(lastMs, untilMs);
  const x = (ms: number): number => nameWidth + (Math.max(0, ms) / endMs) * timeWidth;
  let y = axisHeight;
  const drawn = lanes.map((lane) => {
    const { svg, height } = drawLane(lane, { x, y, endMs });
    y += height + laneGap;
    return svg;
  });
  const width = nameWidth + timeWidth + lastWordsWidth;
  return `<svg role="img" aria-label="${escapeHtml(`Timeline: ${label}`)}" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" data-end="${endMs}" data-names="${nameWidth}" data-width="${timeWidth}">
${axis(endMs, x, y)}
${drawn.join('\n')}
</svg>`;
}

interface Place {
  readonly x: (ms: number) => number;
  readonly y: number;
  readonly endMs: number;
}

function drawLane(lane: Lane, place: Place): { svg: string; height: number } {
  const { y } = place;
  const bars = lane.bars.map((bar, index) =>
    drawBar(bar, lane.bars[index + 1]?.startMs, { ...place, kind: lane.kind }),
  );
  const top = y + (lane.bars.length === 0 ? 0 : barHeight + 2);
  const rows: number[] = [];
  const marks = lane.marks.map((mark) => drawMark(mark, rows, { ...place, y: top }));
  const height = Math.max(barHeight, top - y + rows.length * markHeight);
  const name = `<text class="name" x="0" y="${y + 15}">${escapeHtml(shortened(lane.name, 22))}</text>`;
  return { svg: `<g class="lane ${lane.kind}">${name}${bars.join('')}${marks.join('')}</g>`, height };
}

/** A bar with its word, which is left out where it would run into the bar that follows at `nextMs`. */
function drawBar(
  { startMs, endMs, text, tone }: Bar,
  nextMs: number | undefined,
  { x, y, endMs: last, kind }: Place & { kind: Lane['kind'] },
): string {
  const to = endMs ?? last;
  const from = x(startMs);
  const width = Math.max(2, x(to) - from);
  const tip = `${Math.round(startMs)} to ${endMs === undefined ? '…' : Math.round(endMs)} ms${text === '' ? '' : `: ${text}`}`;
  const word = shortened(text, 40);
  const room = nextMs === undefined ? Number.POSITIVE_INFINITY : x(nextMs) - from;
  const needs = word.length * letterWidth + 10;
  const label =
    word === ''
      ? ''
      : `<text class="word" data-at="${startMs}" data-shift="6"${nextMs === undefined ? '' : ` data-until="${nextMs}" data-needs="${needs}"`} x="${from + 6}" y="${y + 15}"${room < needs ? ' display="none"' : ''}>${escapeHtml(word)}</text>`;
  return `<g class="bar ${tone} ${kind}" tabindex="0" data-tip="${escapeHtml(tip)}"><title>${escapeHtml(tip)}</title><rect data-from="${startMs}" data-to="${to}" x="${from}" y="${y}" width="${width}" height="${barHeight}" rx="3"/>${label}</g>`;
}

/** Words that would meet are put one below the other; `rows` holds where each row ends so far. */
function drawMark({ atMs, text, detail, tone }: Mark, rows: number[], { x, y }: Place): string {
  const from = x(atMs);
  const word = shortened(text, 44);
  const free = rows.findIndex((end) => end < from);
  const row = free === -1 ? Math.min(rows.length, mostMarkRows) : free;
  rows[row] = from + word.length * letterWidth + 14;
  const at = y + row * markHeight;
  const tip = `${Math.round(atMs)} ms: ${detail}`;
  return `<g class="mark ${tone}" tabindex="0" data-tip="${escapeHtml(tip)}"><title>${escapeHtml(tip)}</title><line data-at="${atMs}" x1="${from}" x2="${from}" y1="${at - 2}" y2="${at + 12}"/><text data-at="${atMs}" data-shift="4" x="${from + 4}" y="${at + 11}">${escapeHtml(word)}</text></g>`;
}

const mostTicks = 10;

function axis(endMs: number, x: (ms: number) => number, bottom: number): string {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, endMs / mostTicks)));
  const stepMs =
    [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= endMs / mostTicks) ?? endMs;
  const ticks = Array.from({ length: Math.floor(endMs / stepMs) + 1 }, (_, index) => index * stepMs);
  return `<g class="axis">${ticks
    .map(
      (ms) =>
        `<line data-at="${ms}" x1="${x(ms)}" x2="${x(ms)}" y1="16" y2="${bottom}"/><text data-at="${ms}" data-shift="3" x="${x(ms) + 3}" y="12">${ms} ms</text>`,
    )
    .join('')}</g>`;
}

const shortened = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, longest - 1)}…` : text;

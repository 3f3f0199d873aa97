import type { Timeline, TimelineEvent } from '../timeline/events.ts';
import { endOf } from '../timeline/questions.ts';
import { describeEvent, howItEnded, type Teller } from './describe-event.ts';
import type { Page } from './human.ts';
import { type LaidLine, layOut, padded, type Span } from './styled-text.ts';

export interface TitledTimeline {
  readonly title: string;
  readonly timeline: Timeline;
}

/** Below this width two columns would break every line, so that one timeline comes after the other. */
export const leastForColumns = 72;

const betweenColumns = ' │ '.length;
const timeColumns = 6;
const signColumns = 5;
const headOfTimes = '── ms ';
const signs: Record<Teller, string> = {
  stdout: 'out │',
  stderr: 'err │',
  ipc: 'ipc │',
  we: '▸',
  system: '■',
};

/**
 * Draws two timelines of one stimulus beside each other, in lines of at most the page's width. What we did to both
 * stands in the same row, so that a reader sees what each made of it.
 */
export function drawSideBySide(left: TitledTimeline, right: TitledTimeline, page: Page): string[] {
  const { color, width } = page;
  if (width < leastForColumns) return [...oneColumn(left, page), '', ...oneColumn(right, page)];
  const columns = Math.floor((width - betweenColumns) / 2);
  const rows = zip(blocksOf(left, columns, page), blocksOf(right, columns, page));
  return rows.map(
    ([one, two]) => `${padded(one, columns)}${color.dim(' │')}${two.text === '' ? '' : ` ${two.text}`}`,
  );
}

const oneColumn = (side: TitledTimeline, page: Page): string[] =>
  blocksOf(side, page.width, page)
    .flat()
    .map(({ text }) => text);

/** The lines of one side in blocks: each act of ours begins one, and the end is one of its own. */
function blocksOf({ title, timeline }: TitledTimeline, columns: number, page: Page): LaidLine[][] {
  const { color } = page;
  const blocks: LaidLine[][] = [
    [
      ...layOut([{ text: title, paint: color.bold }], columns),
      { text: color.dim(`${headOfTimes}${'─'.repeat(columns - headOfTimes.length)}`), columns },
    ],
  ];
  for (const event of timeline.events) {
    if (isBeside(event)) continue;
    if (isAct(event)) blocks.push([]);
    blocks.at(-1)?.push(...eventLines(event, columns, page));
  }
  const end = endOf(timeline);
  const how =
    end === undefined
      ? 'The program was still running.'
      : `${capitalised(howItEnded(end))}, at ${Math.round(end.atMs)} ms.`;
  return [...blocks, [{ text: '', columns: 0 }, ...layOut([{ text: how, paint: color.bold }], columns)]];
}

/** What the same block is on both sides stands in the same rows; the last ones, the ends, do so as well. */
function zip(left: LaidLine[][], right: LaidLine[][]): [LaidLine, LaidLine][] {
  const shared = Math.min(left.length, right.length) - 1;
  const blocks = (side: LaidLine[][]): LaidLine[][] => [
    ...side.slice(0, shared),
    side.slice(shared, -1).flat(),
    side.at(-1) ?? [],
  ];
  const [lefts, rights] = [blocks(left), blocks(right)];
  return lefts.flatMap((block, index) => {
    const other = rights[index] ?? [];
    const height = Math.max(block.length, other.length);
    const nothing: LaidLine = { text: '', columns: 0 };
    return Array.from({ length: height }, (_, row): [LaidLine, LaidLine] => [
      block[row] ?? nothing,
      other[row] ?? nothing,
    ]);
  });
}

/** The operating system's figures come many times a second, and say nothing of what differs. */
const isBeside = ({ kind }: TimelineEvent): boolean => kind === 'sample' || kind === 'ended';

const isAct = ({ kind, ...event }: TimelineEvent): boolean =>
  kind === 'signal' ||
  kind === 'request' ||
  (kind === 'message' && 'direction' in event && event.direction === 'sent');

function eventLines(event: TimelineEvent, columns: number, { color }: Page): LaidLine[] {
  const { teller, text } = shortened(event);
  const paint = {
    we: color.cyan,
    system: color.yellow,
    stdout: undefined,
    stderr: color.red,
    ipc: color.magenta,
  }[teller];
  const time = `${Math.round(event.atMs)} `.padStart(timeColumns);
  const sign = `${signs[teller].padStart(signColumns)} `;
  const room = columns - time.length - sign.length;
  const span: Span = paint === undefined ? { text } : { text, paint };
  const isOurs = teller === 'we' || teller === 'system';
  return layOut([span], room).map((line, index) => ({
    // A program's line has its stream before every part of it, so that none can look like ours.
    text: `${color.dim(index === 0 ? time : ' '.repeat(time.length))}${color.dim(index === 0 || !isOurs ? sign : ' '.repeat(sign.length))}${line.text}`,
    columns: time.length + sign.length + line.columns,
  }));
}

/** The pid says nothing of what differs. */
function shortened(event: TimelineEvent): { teller: Teller; text: string } {
  const described = describeEvent(event);
  return event.kind === 'started'
    ? { ...described, text: described.text.replace(/, pid \d+/, '') }
    : described;
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

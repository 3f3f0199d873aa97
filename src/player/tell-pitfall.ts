import { readFile } from 'node:fs/promises';
import type { Pitfall } from '../grading/pitfall.ts';
import { wrap } from '../report/columns.ts';
import { lanesOf } from '../report/lanes.ts';
import { drawSideBySide } from '../report/side-by-side.ts';
import { listSource } from '../report/source-code.ts';
import { drawTimeline } from '../report/timeline-drawing.ts';
import type { Timeline } from '../timeline/events.ts';
import { isAsClaimed, type PlayedPitfall, type PlayedSide } from './play-pitfall.ts';
import { columnsOf, type Voice } from './tell.ts';

/** The mistake in words, and what is done to both programs. */
export function tellPitfall({ id, title, stimulus }: Pitfall, voice: Voice): void {
  const { color } = voice;
  voice.out(color.bold(wrap(`Pitfall ${Number.parseInt(id, 10)}: ${title}`, columnsOf(voice), '   ')));
  voice.out(`${color.cyan('▸')}  ${wrap(stimulus, columnsOf(voice), '   ')}`);
}

export async function tellSources(
  files: { readonly wrong: string; readonly right: string },
  voice: Voice,
): Promise<void> {
  const page = { ...voice, width: columnsOf(voice) };
  for (const side of ['wrong', 'right'] as const) {
    voice.out();
    voice.out(voice.color.bold(`${side}.js`));
    for (const line of listSource(await readFile(files[side], 'utf8'), page)) voice.out(line);
  }
}

export function tellPlaying(side: 'wrong' | 'right', voice: Voice): void {
  voice.out(voice.color.dim(`   the ${side} program is played ...`));
}

/**
 * Both timelines as pictures over one time axis and as events side by side, what each program showed of what is
 * claimed of it, and what differed. Without colour the events alone say all of it.
 */
export function tellDifference(pitfall: Pitfall, { wrong, right }: PlayedPitfall, voice: Voice): void {
  const { color } = voice;
  const width = columnsOf(voice);
  voice.out();
  tellPictures({ 'wrong.js': wrong.timeline, 'right.js': right.timeline }, voice);
  const left = { title: 'wrong.js', timeline: wrong.timeline };
  const other = { title: 'right.js', timeline: right.timeline };
  for (const line of drawSideBySide(left, other, { color, width })) voice.out(line);
  voice.out();
  tellClaims('wrong', wrong, voice);
  tellClaims('right', right, voice);
  voice.out();
  if (isAsClaimed({ wrong, right }))
    voice.out(`${color.green('!')}  ${wrap(pitfall.difference, width, '   ')}`);
  else
    voice.out(
      `${color.yellow('!')}  ${wrap(`What should have been seen: ${pitfall.difference}`, width, '   ')}`,
    );
}

function tellPictures(timelines: Readonly<Record<string, Timeline>>, voice: Voice): void {
  const { color } = voice;
  if (color.level === 0) return;
  const untilMs = Math.max(...Object.values(timelines).map((timeline) => lanesOf(timeline).endMs));
  for (const [name, timeline] of Object.entries(timelines)) {
    voice.out(color.bold(name));
    for (const line of drawTimeline(timeline, { color, width: columnsOf(voice), untilMs })) voice.out(line);
    voice.out();
  }
}

function tellClaims(side: string, { claims }: PlayedSide, voice: Voice): void {
  const { color } = voice;
  for (const { text, holds } of claims) {
    const mark = holds ? color.green('✔') : color.red('✘');
    const words = holds ? text : `${text}: this was claimed, and was not seen`;
    voice.out(`${mark}  ${wrap(`${side}: ${words}`, columnsOf(voice), '   ')}`);
  }
}

/** Where to read on. Commands are not broken into lines, so that they can be pasted. */
export function tellWhereToGo(
  { id, section }: Pitfall,
  { topic, withCode }: { topic: string; withCode: boolean },
  voice: Voice,
): void {
  const { color } = voice;
  const number = Number.parseInt(id, 10);
  voice.out();
  voice.out(`Read on:      ${color.cyan(`proc-course guide ${topic.slice(0, 2)} --section "${section}"`)}`);
  if (!withCode) voice.out(`Both sources: ${color.cyan(`proc-course pitfall ${number} --code`)}`);
}

import type { Example, Scene } from '../grading/lesson.ts';
import { wrap } from '../report/columns.ts';
import { describeEvent, howItEnded } from '../report/describe-event.ts';
import type { Page } from '../report/human.ts';
import { drawTimeline } from '../report/timeline-drawing.ts';
import type { Timeline, TimelineEvent } from '../timeline/events.ts';
import { endOf, theApp } from '../timeline/questions.ts';
import type { PlayedScene } from './play-scene.ts';

/** Where the player speaks. */
export interface Voice extends Page {
  out(line?: string): void;
}

// Longer lines are hard to read, however wide the terminal is.
const widest = 120;
const timeColumns = 9;
const sideColumns = 8;
const wide = /[\u1100-\u{10ffff}]/u;

export const columnsOf = ({ width }: Page): number => Math.min(width, widest);

/** The lines before the first scene. */
export function tellExample({ id, title, points }: Example, file: string, voice: Voice): void {
  const { color } = voice;
  voice.out(color.bold(`${id}: ${title}`));
  voice.out(color.dim(file));
  for (const [index, point] of points.entries()) voice.out(`  ${index + 1}  ${point}`);
}

export interface PlaceOfScene {
  readonly number: number;
  readonly of: number;
  readonly example: Example;
}

export function tellQuestion(scene: Scene, { number, of, example }: PlaceOfScene, voice: Voice): void {
  const { color } = voice;
  const point = example.points[scene.point - 1] ?? '';
  const title = `── Scene ${number} of ${of}, "${point}" `;
  voice.out();
  voice.out(color.bold(title.padEnd(columnsOf(voice), '─')));
  voice.out(`   ${color.bold(scene.title)}`);
  voice.out(`${color.yellow('?')}  ${wrap(scene.question, columnsOf(voice), '   ')}`);
  voice.out();
}

/**
 * One event as a line. What the program printed has its stream before it on every line, those of a long text that
 * had to be broken included, so that no program can write a line that looks like ours.
 */
export function tellEvent(event: TimelineEvent, voice: Voice): void {
  const { color } = voice;
  const { teller, text } = describeEvent(event);
  const app = 'app' in event && event.app !== theApp ? event.app : '';
  const ours = teller === 'we' || teller === 'system';
  const paint = ours ? (teller === 'we' ? color.cyan : color.yellow) : (words: string): string => words;
  const time = `${Math.round(event.atMs)} ms`.padStart(timeColumns);
  const sign = ours ? (teller === 'we' ? '▸' : '■') : `${app} ${teller} │`.trimStart();
  const side = ` ${sign.padStart(sideColumns)} `;
  const room = columnsOf(voice) - time.length - side.length;
  const [first = '', ...rest] = ours
    ? wrap(app === '' ? text : `${app}: ${text}`, room, '').split('\n')
    : breakAt(text, room);
  const paintSide = ours ? paint : color.dim;
  voice.out(`${color.dim(time)}${paintSide(side)}${paint(first)}`);
  const below = `${''.padEnd(time.length)}${ours ? ''.padEnd(side.length) : side}`;
  for (const line of rest) voice.out(`${color.dim(below)}${paint(line)}`);
}

/** Breaks a program's text where the line is full, and nowhere else: its spaces are its own. */
function breakAt(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const character of text) {
    // Counted as two columns where it may be two, so that the terminal itself never breaks a line.
    const needed = wide.test(character) ? 2 : 1;
    if (used + needed > columns) {
      lines.push(line);
      line = '';
      used = 0;
    }
    line += character;
    used += needed;
  }
  return [...lines, line];
}

/** How it ended, what was claimed and whether it held, the answer, and the drawing. */
export function tellAnswer(
  scene: Scene,
  { timeline, judged }: PlayedScene,
  { again }: { again: string },
  voice: Voice,
): void {
  const { color } = voice;
  const say = (mark: string, words: string): void =>
    voice.out(`${mark}  ${wrap(words, columnsOf(voice), '   ')}`);
  const end = endOf(timeline);
  voice.out();
  if (end !== undefined) say(' ', `${capitalised(howItEnded(end))}.`);
  for (const { claim } of scene.expect) say(markOf(claim.judge(timeline).outcome, voice), claim.text);
  for (const { claim, expected, seen } of judged.findings) {
    say(color.red('✘'), `It was claimed that ${claim}. Expected: ${expected}. Seen: ${seen}.`);
  }
  if (judged.missing !== undefined) say(color.yellow('○'), `Not judged, because ${judged.missing}.`);
  voice.out();
  if (judged.outcome === 'passed') say(color.green('!'), scene.answer);
  else {
    say(color.yellow('!'), `What should have been seen: ${scene.answer}`);
    say(' ', 'The same drawn values again:');
    // Not broken into lines, so that it can be pasted.
    voice.out(`   ${color.cyan(again)}`);
  }
  tellTimeline(timeline, voice);
}

/** Without colour, and so for a screen reader or a file, the events that were told as they came say all of it. */
export function tellTimeline(timeline: Timeline, voice: Voice): void {
  if (voice.color.level === 0) return;
  voice.out();
  for (const line of drawTimeline(timeline, { width: columnsOf(voice), color: voice.color })) voice.out(line);
}

function markOf(outcome: 'holds' | 'broken' | 'moot', { color }: Voice): string {
  if (outcome === 'holds') return color.green('✔');
  return outcome === 'broken' ? color.red('✘') : color.yellow('○');
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

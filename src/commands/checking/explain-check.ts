import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Surroundings, UsageError } from '../../cli/command.ts';
import { readTimeScale } from '../../cli/time-scale.ts';
import { courseRoot } from '../../course/course.ts';
import { loadOverview } from '../../course/overview.ts';
import { runCheck } from '../../grading/run-check.ts';
import { wrap } from '../../report/columns.ts';
import { describeEvent } from '../../report/describe-event.ts';
import { drawTimeline } from '../../report/timeline-drawing.ts';
import type { Timeline } from '../../timeline/events.ts';
import { prepareProgram } from '../../workspace/prepare-program.ts';
import type { FoundCheck } from './find-check.ts';

// Longer lines are hard to read, however wide the terminal is.
const widest = 100;

/**
 * Tells a check: the point of the brief, what each claim is for, and what is done, by doing it to a right program now.
 * Of that program only what it shows to the outside is seen.
 */
export async function explainCheck({ exercise, scenario }: FoundCheck, around: Surroundings): Promise<void> {
  const { console } = around;
  const { color } = console;
  const width = Math.min(console.width, widest);
  const text = (words: string, indent = ''): void => console.out(`${indent}${wrap(words, width, indent)}`);
  console.out(color.bold(`${exercise}/${scenario.id}`));
  text(`${scenario.title}${scenario.tier === 'stretch' ? ' (stretch)' : ''}.`);
  const point = pointOf(exercise, scenario.point);
  if (point !== '') {
    console.out();
    text(`Point ${scenario.point} of the brief: ${point}`);
  }
  for (const { claim, because, help } of scenario.expect) {
    console.out();
    console.out(`${color.bold('claim')}    ${wrap(claim.text, width, '         ')}`);
    console.out(`${color.dim('why')}      ${wrap(because, width, '         ')}`);
    console.out(`${color.dim('read on')}  ${wrap(help, width, '         ')}`);
  }
  const topics = (await loadOverview()).filter(({ exercises }) =>
    exercises.some(({ id }) => id === exercise),
  );
  for (const { id, title } of topics) {
    console.out();
    text(`The guide to it is "${title}": proc-course guide ${id.slice(0, 2)}`);
  }
  console.out();
  text('This is what is done, and what a right program shows then:');
  const timeline = await playOnARightProgram({ exercise, scenario }, around);
  if (around.interrupted.aborted || timeline === undefined) return;
  console.out();
  for (const { atMs, text: said } of doneAndSeen(timeline)) {
    const time = `${Math.round(atMs)} ms`.padStart(9);
    console.out(`${color.dim(time)}  ${wrap(said, width, ' '.repeat(11))}`);
  }
  if (color.level > 0) {
    console.out();
    for (const line of drawTimeline(timeline, { width, color })) console.out(line);
  }
  console.out();
  console.out(`Go through it by hand: ${color.cyan(`proc-course replay ${exercise}/${scenario.id}`)}`);
}

const told = new Set([
  'started',
  'signal',
  'request',
  'answer',
  'request-failed',
  'message',
  'channel-closed',
  'ended',
]);

/** What we did and what came of it, without our own probes and without an end that only the play's end made. */
const doneAndSeen = ({ events }: Timeline): { atMs: number; text: string }[] =>
  events
    .filter((event) => told.has(event.kind) && !(event.kind === 'ended' && event.because !== undefined))
    .filter((event) => !('name' in event && String(event.name).startsWith('probe')))
    .map((event) => ({ atMs: event.atMs, text: describeEvent(event).text }));

/** The text of a numbered point in the exercise's brief, as one line. */
function pointOf(exercise: string, point: number): string {
  const brief = readFileSync(join(courseRoot, 'exercises', `${exercise}.md`), 'utf8');
  const [, checked = ''] = brief.split(/^## What is checked$/m);
  const found = new RegExp(`^${point}\\. ([\\s\\S]*?)(?=^\\d+\\. |^#|\\n\\n)`, 'm').exec(checked)?.[1] ?? '';
  return found.replaceAll('**', '').replace(/\s+/g, ' ').trim();
}

async function playOnARightProgram(
  { exercise, scenario }: FoundCheck,
  { env, interrupted }: Surroundings,
): Promise<Timeline | undefined> {
  const folder = join(courseRoot, 'solutions', exercise);
  const [name] = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .sort();
  if (name === undefined) throw new UsageError(`${exercise} has no solution.`, 'proc-course list');
  try {
    const report = await runCheck({
      exercise,
      file: join(folder, name),
      seed: 1,
      scenarios: [{ ...scenario, after: [] }],
      onlySome: true,
      verbose: true,
      timeScale: readTimeScale(env),
      interrupted,
      prepare: prepareProgram,
    });
    return report.checks[0]?.timeline;
  } catch (error) {
    if (interrupted.aborted) return undefined;
    throw error;
  }
}

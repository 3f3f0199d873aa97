import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { type Surroundings, UsageError } from '../../cli/command.ts';
import { courseRoot } from '../../course/course.ts';
import { findById, nearest } from '../../course/near-misses.ts';
import { escapeControls } from '../../report/escape.ts';
import { planCheck } from './plan.ts';

/** Prints the page that compares an exercise's solutions, and how to see each. */
export function compareApproaches(exercise: string, { console }: Surroundings): void {
  console.out(readFileSync(join(folderOf(exercise), 'README.md'), 'utf8').trimEnd());
  console.out();
  for (const name of approachesOf(exercise))
    console.out(console.color.cyan(`proc-course solution ${exercise} ${name}`));
}

/** Prints one solution as it is. */
export function printApproach(exercise: string, typed: string, { console }: Surroundings): void {
  console.out(readFileSync(fileOf(exercise, typed), 'utf8').trimEnd());
}

/** Prints what differs between the learner's file and a solution, the first where none is named. */
export async function compareWithOwn(
  exercise: string,
  typed: string | undefined,
  around: Surroundings,
): Promise<void> {
  const { console } = around;
  const { file: own } = await planCheck(exercise, {}, around);
  const other = fileOf(exercise, typed ?? approachesOf(exercise)[0] ?? '');
  const patch = createTwoFilesPatch(
    basename(own),
    `solution ${basename(other)}`,
    readFileSync(own, 'utf8'),
    readFileSync(other, 'utf8'),
  );
  for (const line of patch.trimEnd().split('\n').slice(1))
    console.out(painted(escapeControls(line), console));
}

function painted(line: string, { color }: Surroundings['console']): string {
  if (line.startsWith('+')) return color.green(line);
  if (line.startsWith('-')) return color.red(line);
  return line.startsWith('@@') ? color.cyan(line) : line;
}

const folderOf = (exercise: string): string => join(courseRoot, 'solutions', exercise);

const approachesOf = (exercise: string): string[] =>
  readdirSync(folderOf(exercise))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => basename(name, '.ts'))
    .sort();

function fileOf(exercise: string, typed: string): string {
  const names = approachesOf(exercise);
  const found = findById(typed, names);
  if (found !== undefined) return join(folderOf(exercise), `${found}.ts`);
  throw new UsageError(
    `${exercise} has no solution "${typed}"; it has ${names.join(', ')}.`,
    `proc-course solution ${exercise} ${nearest(typed, names)[0]}`,
  );
}

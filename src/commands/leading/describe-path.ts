import type { Console } from '../../cli/console.ts';
import type { Topic } from '../../course/overview.ts';
import type { LearningPath, PathGoal, PathItem } from '../../grading/learning-path.ts';
import { isDone, piecesDone } from '../../progress/evidence.ts';
import type { Progress } from '../../progress/progress.ts';
import { wrap } from '../../report/columns.ts';

type Page = Pick<Console, 'color' | 'width'>;

interface Known {
  readonly topics: readonly Topic[];
  readonly progress: Progress;
}

const widest = 110;
// The longest text of a day before its command.
const textColumns = 50;

/** The calendar, the quick start, the objectives and the practical checks, each ticked as far as evidence goes. */
export function describePath(
  { weeks, quickStart, objectives, practicalChecks }: LearningPath,
  known: Known,
  page: Page,
): string[] {
  const { color } = page;
  return [
    ...weeks.flatMap(({ title, days }) => [
      color.bold(title),
      ...days.flatMap((day) => [
        `  ${color.bold(day.title)}`,
        ...day.items.map((item) => itemLine(item, known, page)),
      ]),
      '',
    ]),
    color.bold('Quick start, for the experienced'),
    ...quickStart.map((item) => itemLine(item, known, page)),
    '',
    color.bold(`What you can do  ${color.dim(counted(objectives, known))}`),
    ...objectives.map((goal) => goalLine(goal, known, page)),
    '',
    color.bold(`The practical check  ${color.dim(counted(practicalChecks, known))}`),
    ...practicalChecks.map((goal) => goalLine(goal, known, page)),
    '',
    color.dim(
      wrap(
        'Ticks come from scenes that you have seen, questions that you have answered right and exercises that you have passed. A guide counts as read once its questions are answered. What has no evidence (·) only you can tell.',
        Math.min(page.width, widest),
        '',
      ),
    ),
  ];
}

function itemLine({ text, command, evidence }: PathItem, known: Known, page: Page): string {
  const { color } = page;
  const head = `    ${markOf(evidence, known, page)} ${text}`;
  if (command === undefined) return head;
  // The mark takes one column, whatever its colour adds to it.
  return `    ${markOf(evidence, known, page)} ${text.padEnd(textColumns)} ${color.cyan(command)}`;
}

function goalLine({ text, evidence }: PathGoal, known: Known, page: Page): string {
  const { done, of } = piecesDone(evidence, known.progress, known.topics);
  const mark = markOf(evidence, known, page);
  const missing = done < of ? page.color.dim(` ${done} of ${of}`) : '';
  return `    ${mark} ${text.padEnd(textColumns + 4)}${missing}`.trimEnd();
}

function markOf(evidence: PathGoal['evidence'], { topics, progress }: Known, { color }: Page): string {
  if (evidence.length === 0) return color.dim('·');
  const tally = piecesDone(evidence, progress, topics);
  if (isDone(tally)) return color.green('✔');
  return tally.done > 0 ? color.yellow('◐') : color.dim('○');
}

const counted = (goals: readonly PathGoal[], { topics, progress }: Known): string =>
  `${goals.filter(({ evidence }) => isDone(piecesDone(evidence, progress, topics))).length} of ${goals.length} shown`;

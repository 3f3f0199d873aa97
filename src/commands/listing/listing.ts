import type { Console } from '../../cli/console.ts';
import type { Topic } from '../../course/overview.ts';
import {
  isAnswered,
  isAnsweredRight,
  isPassed,
  questionsRight,
  scenesSeen,
} from '../../progress/evidence.ts';
import { type Step, stepsLeft, stretchLeft } from '../../progress/next-step.ts';
import type { Progress } from '../../progress/progress.ts';
import { hang, type Span } from '../../report/styled-text.ts';

type Page = Pick<Console, 'color' | 'width'>;

// What a line of text may take, however wide the terminal is.
const widest = 110;
const kindColumns = 10;
// The longest id is 24 columns wide, 07-performance-monitoring.
const idColumns = 27;

/** What `list --json` prints; schemas/list.schema.json says the same. */
export function listAsJson(topics: readonly Topic[], progress: Progress): unknown {
  return {
    schema: 1,
    topics: topics.map((topic) => ({
      ...topic,
      examples: topic.examples.map((example) => ({ ...example, seen: scenesSeen(progress, example).done })),
      questions: topic.questions.map((question) => ({
        ...question,
        answered: isAnswered(progress, topic.id, question.id),
        right: isAnsweredRight(progress, topic.id, question.id),
      })),
      exercises: topic.exercises.map((exercise) => ({
        ...exercise,
        passed: isPassed(progress, exercise.id),
        stretchPassed: exercise.stretch.filter((id) => progress.exercises[exercise.id]?.stretch.includes(id)),
      })),
    })),
  };
}

/** All topics at a glance. */
export function listForPeople(topics: readonly Topic[], progress: Progress, page: Page): string[] {
  const { color } = page;
  return [
    ...topics.flatMap((topic) => [...topicLines(topic, progress, page), '']),
    `What to do now:   ${color.cyan('proc-course next')}`,
    `Read a guide:     ${color.cyan('proc-course guide 02')}`,
    `Play an example:  ${color.cyan('proc-course run 02')}`,
  ];
}

function topicLines(topic: Topic, progress: Progress, page: Page): string[] {
  const { color, width } = page;
  const { id, title, examples, pitfalls, exercises, sections, readingMinutes } = topic;
  const right = questionsRight(progress, topic);
  const entry = (kind: string, name: string, ...text: readonly (string | Span)[]): string[] =>
    hang(
      `    ${color.dim(kind.padEnd(kindColumns))}${color.cyan(name.padEnd(idColumns))}`,
      text.map((part) => (typeof part === 'string' ? { text: part } : part)),
      { indent: 4 + kindColumns + idColumns, width: Math.min(width, widest) },
    );
  const counted = (done: number, of: number, words: string): Span =>
    done === of
      ? { text: `✔ ${done} of ${of} ${words}`, paint: color.green }
      : { text: `${done} of ${of} ${words}` };
  return [
    `${color.bold(`${id.slice(0, 2)}  ${title}`)}  ${restInWords(topic, stepsLeft(topic, progress), page)}`.trimEnd(),
    ...(sections.length > 0 ? entry('guide', `guide ${id.slice(0, 2)}`, `${readingMinutes} min`) : []),
    ...examples.flatMap((example) => {
      const { done, of } = scenesSeen(progress, example);
      return entry('example', example.id, counted(done, of, 'scenes seen'));
    }),
    ...pitfalls.flatMap((pitfall) =>
      entry('pitfall', `pitfall ${Number.parseInt(pitfall.id, 10)}`, pitfall.title),
    ),
    ...(right.of > 0
      ? entry('questions', `quiz ${id.slice(0, 2)}`, counted(right.done, right.of, 'answered right'))
      : []),
    ...exercises.flatMap((exercise) => {
      const text = `${exercise.title} (${exercise.difficulty})`;
      if (!isPassed(progress, exercise.id)) return entry('exercise', exercise.id, text);
      const left = stretchLeft([topic], progress).find((one) => one.exercise === exercise.id)?.checks.length;
      const stretch = left === undefined ? '' : `, ${left} stretch checks left`;
      return entry('exercise', exercise.id, { text: '✔ passed', paint: color.green }, `${stretch}: ${text}`);
    }),
  ];
}

/** What is left of a topic: "left: 12 scenes, 4 questions, 1 exercise". */
function restInWords(
  { examples, questions, exercises }: Topic,
  left: readonly Step[],
  { color }: Page,
): string {
  if (examples.length + questions.length + exercises.length === 0) return '';
  if (left.length === 0) return color.green('✔ done');
  const open = (kind: Step['kind']): number =>
    left
      .filter((step) => step.kind === kind)
      .reduce((sum, step) => sum + ('tally' in step ? step.tally.of - step.tally.done : 1), 0);
  const parts = [
    [open('example'), 'scene'],
    [open('questions'), 'question'],
    [open('exercise'), 'exercise'],
  ] as const;
  const words = parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}${count === 1 ? '' : 's'}`);
  return color.dim(`left: ${words.join(', ')}`);
}

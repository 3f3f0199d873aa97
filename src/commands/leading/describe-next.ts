import type { Console } from '../../cli/console.ts';
import type { Topic } from '../../course/overview.ts';
import { isPassed, questionsRight, scenesSeen, type Tally } from '../../progress/evidence.ts';
import { allStepsLeft, type Step, stretchLeft } from '../../progress/next-step.ts';
import type { Progress } from '../../progress/progress.ts';
import { counted } from '../../report/counted.ts';
import { hang, type Span } from '../../report/styled-text.ts';

type Page = Pick<Console, 'color' | 'width'>;

const widest = 100;
const labelColumns = 8;
// So many further steps are a plan; more of them are a list, which another command shows.
const mostFollowing = 3;

/** What to do now and why, what comes then, and how far the learner is; at most a screen of 24 lines. */
export function describeNext(topics: readonly Topic[], progress: Progress, page: Page): string[] {
  const { color } = page;
  const [now, ...following] = allStepsLeft(topics, progress);
  const ours = (name: string): Span => ({ text: `proc-course ${name}`, paint: color.cyan });
  const soFar = row('So far', sumOf(topics, progress), page);
  if (now === undefined) return [...allDone(topics, progress, page), '', ...soFar];
  const topic = topicOf(now, topics);
  const then = following.slice(0, mostFollowing);
  return [
    ...row('Now', [{ text: whatToDo(now, topic), paint: color.bold }], page),
    ...command(commandFor(now), page),
    '',
    ...row('Why', whyNow(now, topic, progress), page),
    ...beside(now, topic, progress, page),
    ...(then.length === 0 ? [] : ['']),
    ...then.flatMap((step, index) =>
      row(index === 0 ? 'Then' : '', `${whatToDo(step, topicOf(step, topics))}`, page),
    ),
    '',
    ...soFar,
    ...row('', [{ text: 'All of it: ' }, ours('list'), { text: ', by day: ' }, ours('path')], page),
  ];
}

const topicOf = ({ topic }: Step, topics: readonly Topic[]): Topic =>
  topics.find(({ id }) => id === topic) as Topic;

const numberOf = ({ id }: Topic): string => id.slice(0, 2);

function whatToDo(step: Step, topic: Topic): string {
  switch (step.kind) {
    case 'example':
      return `Play the example ${step.id}`;
    case 'questions':
      return `Answer ${counted(step.tally.of - step.tally.done, 'question')} on ${topic.title}`;
    case 'exercise':
      return `Solve ${step.id}: ${topic.exercises.find(({ id }) => id === step.id)?.title ?? step.id}`;
  }
}

function commandFor(step: Step): string {
  if (step.kind === 'example')
    return `proc-course run ${step.id}${step.tally.done === 0 ? '' : ` --scene ${step.scene}`}`;
  return step.kind === 'questions'
    ? `proc-course quiz ${step.topic.slice(0, 2)}`
    : `proc-course check ${step.id}`;
}

function whyNow(step: Step, topic: Topic, progress: Progress): string {
  const place = `It belongs to topic ${numberOf(topic)}, ${topic.title}.`;
  switch (step.kind) {
    case 'example': {
      const title = topic.examples.find(({ id }) => id === step.id)?.title;
      const begun =
        step.tally.done === 0
          ? `You have seen none of its ${step.tally.of} scenes.`
          : `You have seen ${step.tally.done} of its ${step.tally.of} scenes.`;
      return `${title}. ${begun} ${place}`;
    }
    case 'questions': {
      const wrong = topic.questions.filter(
        ({ id }) => progress.answers[`${topic.id}/${id}`]?.right === false,
      ).length;
      const again = wrong === 0 ? '' : ` ${counted(wrong, 'prediction')} did not come true yet.`;
      return `A prediction that does not come true shows what to read again.${again} ${place}`;
    }
    case 'exercise':
      return `You have seen the topic's examples and answered its questions; now your own program has to do it. ${place}`;
  }
}

/** What goes with the step: the guide before the topic is begun, its pitfalls before its exercise. */
function beside(step: Step, topic: Topic, progress: Progress, page: Page): string[] {
  const begun =
    topic.examples.some((example) => scenesSeen(progress, example).done > 0) ||
    questionsRight(progress, topic).done > 0;
  const pitfalls = topic.pitfalls.map(({ id }) => `proc-course pitfall ${Number.parseInt(id, 10)}`);
  const guide = topic.sections.length > 0 ? [`proc-course guide ${numberOf(topic)}`] : [];
  if (step.kind !== 'exercise' && !begun && guide.length > 0)
    return [
      '',
      ...row('Before', `Read the guide, ${topic.readingMinutes} minutes.`, page),
      ...command(guide[0] ?? '', page),
    ];
  if (step.kind === 'exercise') {
    const words = 'Have the starters laid out, where you have none yet; meet what often goes wrong.';
    return [
      '',
      ...row('Before', words, page),
      ...['proc-course init', ...pitfalls].flatMap((line) => command(line, page)),
    ];
  }
  return [];
}

function allDone(topics: readonly Topic[], progress: Progress, page: Page): string[] {
  const { color } = page;
  const left = stretchLeft(topics, progress);
  if (left.length === 0)
    return row(
      'Done',
      [{ text: 'All scenes, questions and exercises, the stretch checks included.', paint: color.green }],
      page,
    );
  return [
    ...row(
      'Done',
      [{ text: 'All scenes are seen, all questions answered, all exercises passed.', paint: color.green }],
      page,
    ),
    '',
    ...row('Stretch', 'These checks go beyond what passes an exercise:', page),
    ...left.flatMap(({ exercise, checks }) => [
      ...row('', `${exercise}: ${checks.join(', ')}`, page),
      ...command(`proc-course check ${exercise}`, page),
    ]),
  ];
}

function sumOf(topics: readonly Topic[], progress: Progress): string {
  const add = (tallies: readonly Tally[]): Tally =>
    tallies.reduce((sum, { done, of }) => ({ done: sum.done + done, of: sum.of + of }), { done: 0, of: 0 });
  const scenes = add(
    topics.flatMap(({ examples }) => examples.map((example) => scenesSeen(progress, example))),
  );
  const questions = add(topics.map((topic) => questionsRight(progress, topic)));
  const exercises = add(
    topics.flatMap((topic) =>
      topic.exercises.map(({ id }) => ({ done: isPassed(progress, id) ? 1 : 0, of: 1 })),
    ),
  );
  return (
    `${scenes.done} of ${scenes.of} scenes seen, ${questions.done} of ${questions.of} questions answered right, ` +
    `${exercises.done} of ${exercises.of} exercises passed.`
  );
}

function row(label: string, words: string | readonly Span[], { color, width }: Page): string[] {
  const spans = typeof words === 'string' ? [{ text: words }] : words;
  const columns = { indent: labelColumns, width: Math.min(width, widest) };
  return hang(color.dim(label.padEnd(labelColumns)), spans, columns);
}

/** Not broken into lines, so that it can be pasted. */
const command = (text: string, { color }: Page): string[] => [
  `${' '.repeat(labelColumns)}${color.cyan(text)}`,
];

import type { Console } from '../../cli/console.ts';
import type { Standing } from '../../quiz/order.ts';
import { wrap } from '../../report/columns.ts';
import type { Quiz, Standings } from './quiz.ts';

const inWords: Record<Standing, string> = {
  new: 'not answered',
  wrong: 'answered wrong',
  right: 'answered right',
};
const marks: Record<Standing, string> = { new: '○', wrong: '✘', right: '✔' };

/** The questions by topic, each with its id and how it stands. */
export function listForPeople(
  quiz: Quiz,
  standings: Standings,
  { color, width }: Pick<Console, 'color' | 'width'>,
): string[] {
  const paint = { new: color.dim, wrong: color.red, right: color.green };
  const topics = [...new Set(quiz.map(({ topic }) => topic))];
  const right = quiz.filter((found) => standings(found) === 'right').length;
  return [
    ...topics.flatMap((topic) => {
      const ofTopic = quiz.filter((found) => found.topic === topic);
      return [
        color.bold(`${topic.slice(0, 2)}  ${ofTopic[0]?.topicTitle}`),
        ...ofTopic.flatMap((found) => {
          const standing = standings(found);
          const { id, prompt } = found.question;
          return [
            `  ${paint[standing](marks[standing])} ${color.cyan(id)}${color.dim(`, ${inWords[standing]}`)}`,
            `    ${wrap(prompt, Math.min(width, 110), '    ')}`,
          ];
        }),
        '',
      ];
    }),
    `${right} of ${quiz.length} answered right.`,
  ];
}

export const listAsJson = (quiz: Quiz, standings: Standings): unknown => ({
  schema: 1,
  questions: quiz.map((found) => {
    const { id, prompt, predicts, choices, section } = found.question;
    const standing = standings(found);
    return {
      id,
      topic: found.topic,
      prompt,
      predicts: predicts.what,
      ...(choices && { choices }),
      section,
      answered: standing !== 'new',
      right: standing === 'right',
    };
  }),
});

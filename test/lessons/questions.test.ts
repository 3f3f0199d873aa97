import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { courseRoot, lessonProgram } from '../../src/course/course.ts';
import { sectionsOf } from '../../src/course/guide.ts';
import type { Question } from '../../src/grading/question.ts';
import { playFresh } from '../../src/player/play-fresh.ts';
import { openTheatre, type Theatre } from '../../src/stage/stage.ts';
import { guideText, lessons, nodeMajor } from './course.ts';

const mayTakeMs = 60_000;

let theatre: Theatre;
beforeAll(async () => {
  theatre = await openTheatre();
  // What must still be under way while somebody looks lasts longer where the machine is slow.
  await theatre.pace.measure();
});
afterAll(() => theatre[Symbol.asyncDispose]());

/** What each Node line answered when `scripts/record-answers.js` asked it, by question and major version. */
type Recorded = Record<string, Record<string, string>>;

const recordedOf = (lesson: string): Recorded => {
  const file = join(courseRoot, 'lessons', lesson, 'answers.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
};

const questions = lessons.flatMap(({ id, lesson }) =>
  lesson.questions.map((question): [string, Question, string] => [question.id, question, id]),
);

it('no id of a question is there twice', () => {
  expect(new Set(questions.map(([id]) => id)).size).toBe(questions.length);
});

it.each(lessons)(
  'the recorded answers of $id are those of its questions, and of no others',
  ({ id, lesson }) => {
    expect(Object.keys(recordedOf(id)).sort()).toEqual(
      lesson.questions.map((question) => question.id).sort(),
    );
  },
);

describe.concurrent.each(questions)('the question %s', (id, question, lesson) => {
  it('names a section of its guide', () => {
    expect(sectionsOf(guideText(lesson)).map(({ heading }) => heading)).toContain(question.section);
  });

  it('says so where Node versions answer differently, and only there', () => {
    const answers = new Set(Object.values(recordedOf(lesson)[id] ?? {}));
    expect(answers.size).toBeGreaterThan(0);
    expect(question.differs !== undefined, [...answers].join(' or ')).toBe(answers.size > 1);
  });

  it(
    'is answered by the real process as it was when the answers were recorded',
    async () => {
      const file = lessonProgram(lesson, `questions/${id}`);
      const program = { file, nodeFlags: question.nodeFlags ?? [] };
      const answer = await playFresh(question, { theatre, program, seed: 1 }, (timeline) =>
        question.predicts.read(timeline),
      );
      expect(answer).toBe(recordedOf(lesson)[id]?.[nodeMajor]);
      if (question.choices !== undefined) expect(question.choices).toContain(answer);
    },
    mayTakeMs,
  );
});

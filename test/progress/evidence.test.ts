import { describe, expect, test } from 'vitest';
import { isDone, piecesDone, questionsRight, scenesSeen, tallyOf } from '../../src/progress/evidence.ts';
import { allStepsLeft, stepsLeft, stretchLeft } from '../../src/progress/next-step.ts';
import {
  noProgress,
  type Progress,
  withAnswer,
  withPassed,
  withScenes,
} from '../../src/progress/progress.ts';

const first = {
  id: '01-first',
  examples: [{ id: '01-one', scenes: ['a', 'b'] }],
  questions: [{ id: 'x' }, { id: 'y' }],
  exercises: [{ id: 'exercise-1', stretch: ['s', 't'] }],
};
const second = { id: '02-second', examples: [], questions: [], exercises: [] };
const topics = [first, second];

const answered = (progress: Progress, question: string, right: boolean): Progress =>
  withAnswer(progress, question, { answeredAt: '2026-01-01T00:00:00.000Z', right });
const passed = (progress: Progress, ...stretch: string[]): Progress =>
  withPassed(progress, 'exercise-1', { passedAt: '2026-01-01T00:00:00.000Z', content: '', stretch });
const all = passed(
  answered(answered(withScenes(noProgress, '01-one', ['a', 'b']), '01-first/x', true), '01-first/y', true),
  's',
);

describe('evidence', () => {
  test('is whole when all scenes are seen, all questions answered right, the exercise passed', () => {
    for (const evidence of [{ seen: '01-one' }, { answered: '01-first' }, { passed: 'exercise-1' }]) {
      expect(isDone(tallyOf(evidence, all, topics)), JSON.stringify(evidence)).toBe(true);
      expect(isDone(tallyOf(evidence, noProgress, topics)), JSON.stringify(evidence)).toBe(false);
    }
    const pieces = [{ seen: '01-one' }, { passed: 'exercise-1' }];
    expect(piecesDone(pieces, withScenes(noProgress, '01-one', ['a', 'b']), topics)).toEqual({
      done: 1,
      of: 2,
    });
  });

  test('is not what was answered wrong, nor scenes that the course no longer has', () => {
    expect(questionsRight(answered(noProgress, '01-first/x', false), first)).toEqual({ done: 0, of: 2 });
    expect(scenesSeen(withScenes(noProgress, '01-one', ['a', 'gone']), first.examples[0] as never)).toEqual({
      done: 1,
      of: 2,
    });
  });

  test('of what the course does not have is never whole', () => {
    for (const evidence of [
      { seen: '09-none' },
      { answered: '02-second' },
      { answered: 'constructor' },
      { passed: 'toString' },
    ])
      expect(isDone(tallyOf(evidence, all, topics)), JSON.stringify(evidence)).toBe(false);
  });
});

describe('the next step', () => {
  test('is the example, then the questions, then the exercise of the first topic that is not done', () => {
    expect(allStepsLeft(topics, noProgress).map(({ kind }) => kind)).toEqual([
      'example',
      'questions',
      'exercise',
    ]);
    const seen = withScenes(noProgress, '01-one', ['a']);
    expect(stepsLeft(first, seen)[0]).toMatchObject({ kind: 'example', tally: { done: 1, of: 2 }, scene: 2 });
    expect(
      stepsLeft(first, answered(withScenes(seen, '01-one', ['b']), '01-first/x', false))[0],
    ).toMatchObject({
      kind: 'questions',
      tally: { done: 0, of: 2 },
    });
    expect(stepsLeft(first, all)).toEqual([]);
  });

  test('after all of them is the stretch checks of what was passed', () => {
    expect(stretchLeft(topics, all)).toEqual([{ exercise: 'exercise-1', checks: ['t'] }]);
    expect(stretchLeft(topics, passed(all, 's', 't'))).toEqual([]);
    expect(stretchLeft(topics, noProgress)).toEqual([]);
  });
});

import { expect, test } from 'vitest';
import { listExercises, loadPath } from '../../src/course/course.ts';
import { overviewCourse } from '../../src/course/overview-of-lessons.ts';
import type { LearningPath } from '../../src/grading/learning-path.ts';

const path = (await loadPath()) as LearningPath;
const topics = await overviewCourse();
const days = path.weeks.flatMap((week) => week.days);
const inDays = days.flatMap(({ items }) => items.flatMap(({ evidence }) => evidence));
const named = (kind: 'passed' | 'seen' | 'answered', evidence = inDays): string[] =>
  evidence.flatMap((piece) => (kind in piece ? [Object.values(piece)[0] as string] : [])).sort();

test('the path leads through every topic and every exercise once, in six days of two weeks', () => {
  expect({ weeks: path.weeks.length, days: days.length }).toEqual({ weeks: 2, days: 6 });
  expect(named('answered')).toEqual(topics.map(({ id }) => id));
  expect(named('passed')).toEqual(listExercises().map(({ id }) => id));
});

test('it leads through nine examples, and each that the course has is among them', () => {
  const examples = named('seen');
  expect(new Set(examples.map((id) => id.slice(0, 2))).size).toBe(9);
  for (const { id } of topics.flatMap((topic) => topic.examples)) expect(examples).toContain(id);
});

test('ten objectives and eight practical checks are ticked by what the path leads through', () => {
  expect(path.objectives).toHaveLength(10);
  expect(path.practicalChecks).toHaveLength(8);
  for (const { text, evidence } of [
    ...path.objectives,
    ...path.practicalChecks,
    ...path.quickStart.slice(0, 3),
  ]) {
    expect(evidence.length, text).toBeGreaterThan(0);
    for (const piece of evidence) expect(inDays, text).toContainEqual(piece);
  }
});

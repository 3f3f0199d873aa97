import { describe, expect, test } from 'vitest';
import { listExercises, listLessonIds } from '../../src/course/course.ts';
import { findById, nearest } from '../../src/course/near-misses.ts';

const exercises = ['exercise-1', 'exercise-2', 'exercise-3'];
const lessons = ['01-signals', '02-graceful-shutdown', '03-errors', '04-health-signals'];

describe('findById', () => {
  test.each([
    ['exercise-2', exercises, 'exercise-2'],
    ['EXERCISE-2', exercises, 'exercise-2'],
    ['2', exercises, 'exercise-2'],
    ['02', lessons, '02-graceful-shutdown'],
    ['2', lessons, '02-graceful-shutdown'],
    ['graceful', lessons, '02-graceful-shutdown'],
    ['shut', lessons, '02-graceful-shutdown'],
  ])('takes "%s" for the one that it can only mean', (typed, ids, id) =>
    expect(findById(typed, ids)).toBe(id),
  );

  test.each([
    ['exercise', exercises],
    ['signals', lessons],
    ['9', exercises],
    ['', exercises],
    [' ', exercises],
    ['-1', exercises.slice(1)],
    ['exercise-22', exercises],
  ])('does not guess at "%s"', (typed, ids) => expect(findById(typed, ids)).toBeUndefined());
});

describe('nearest', () => {
  test('gives at most three, the best first', () => {
    expect(nearest('exercise-33', ['a', ...exercises])[0]).toBe('exercise-3');
    expect(nearest('gracefull', lessons)[0]).toBe('02-graceful-shutdown');
    expect(nearest('x', lessons)).toHaveLength(3);
  });
  test('gives what there is, and changes nothing', () => {
    expect(nearest('x', [])).toEqual([]);
    const ids = [...lessons];
    nearest('04', ids);
    expect(ids).toEqual(lessons);
  });
});

describe('the course', () => {
  test('finds its exercises in order, each with a title and a difficulty', () => {
    const found = listExercises();
    expect(found.map(({ id }) => id)).toEqual(found.map((_, index) => `exercise-${index + 1}`));
    for (const { id, title, difficulty } of found) {
      expect(title, id).not.toBe(id);
      expect(difficulty, id).not.toBe('');
    }
  });
  test('finds its lessons in order', () => {
    const ids = listLessonIds();
    expect(ids).toEqual([...ids].sort());
    expect(ids.length).toBeGreaterThan(0);
  });
});

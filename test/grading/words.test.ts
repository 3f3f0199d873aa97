import { describe, expect, test } from 'vitest';
import { type Claim, holds } from '../../src/grading/claim.ts';
import { example, scene } from '../../src/grading/lesson.ts';
import { type Expectation, grader, must, scenario, should } from '../../src/grading/words.ts';

const claim: Claim = { text: 'it is so', judge: () => holds };
const texts = { because: 'It matters.', help: 'Look there.' };
const plan = (id: string, expectations: Expectation[], after?: string[]) =>
  scenario(`it does ${id}`, {
    id,
    point: 1,
    play: async () => {},
    expect: expectations,
    ...(after && { after }),
  });
const core = must(claim, texts);
const stretch = should(claim, texts);

describe('a scenario', () => {
  test('is of the core where all of it must be, and of the stretch where all of it should be', () => {
    expect(plan('a', [core, core]).tier).toBe('core');
    expect(plan('a', [stretch]).tier).toBe('stretch');
  });

  test.each([
    ['both kinds', [core, stretch]],
    ['none', []],
  ])('with expectations of %s is refused', (_, expectations) => {
    expect(() => plan('mixed', expectations)).toThrow(
      'Scenario "mixed" needs expectations of one kind: all must, or all should.',
    );
  });
});

describe('a grader', () => {
  test('keeps its scenarios in the order in which they are declared', () => {
    const declared = [plan('b', [core]), plan('a', [stretch], ['b'])];
    expect(grader('exercise-9', declared)).toEqual({ exercise: 'exercise-9', scenarios: declared });
  });

  test('that declares one id twice is refused', () => {
    expect(() => grader('exercise-9', [plan('a', [core]), plan('b', [core]), plan('a', [core])])).toThrow(
      'Grader "exercise-9" declares "a" twice.',
    );
  });

  test('with a check that comes after nobody is refused', () => {
    expect(() => grader('exercise-9', [plan('a', [core], ['z'])])).toThrow(
      'Grader "exercise-9" has no check "z" to come after.',
    );
  });
});

describe('an example', () => {
  const shown = scene('It is shown.', {
    id: 'shown',
    point: 1,
    question: 'What happens?',
    answer: 'This.',
    play: async () => {},
    expect: [core],
  });
  test('with a scene for each of its points is taken', () => {
    const declared = { title: 'A', points: ['one'], scenes: [shown], requests: [] };
    expect(example('01-a', declared)).toEqual({ id: '01-a', ...declared });
  });
  test('with a point that no scene shows is refused', () => {
    expect(() =>
      example('01-a', { title: 'A', points: ['one', 'two'], scenes: [shown], requests: [] }),
    ).toThrow('Example "01-a" has no scene for its point 2, "two".');
  });
});

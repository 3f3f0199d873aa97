import { expect, test } from 'vitest';
import { UsageError } from '../../src/cli/command.ts';
import { readTimeScale } from '../../src/cli/time-scale.ts';

test.each([
  [undefined, 1],
  ['', 1],
  ['1', 1],
  ['2.5', 2.5],
  ['100', 100],
])('%j is a factor of %d', (PROC_COURSE_TIME_SCALE, factor) => {
  expect(readTimeScale({ PROC_COURSE_TIME_SCALE })).toBe(factor);
});

test.each(['0', '0.5', '101', 'Infinity', 'fast'])('"%s" is no factor', (PROC_COURSE_TIME_SCALE) => {
  expect(() => readTimeScale({ PROC_COURSE_TIME_SCALE })).toThrow(UsageError);
});

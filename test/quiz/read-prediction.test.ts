import { describe, expect, test } from 'vitest';
import { compare, readChoice, readEnd } from '../../src/quiz/read-prediction.ts';

describe('readEnd', () => {
  test.each([
    ['0', '0'],
    [' 0 ', '0'],
    ['007', '7'],
    ['exit code 0', '0'],
    ['code 0', '0'],
    ['Exit 3', '3'],
    ['exits with code 3.', '3'],
    ['ends with 3', '3'],
    ['it ended with exit code 3', '3'],
    ['the exit code is 3', '3'],
    ['code: 1', '1'],
    ['"255"', '255'],
    ['sigterm', 'SIGTERM'],
    ['TERM', 'SIGTERM'],
    ['killed by SIGTERM', 'SIGTERM'],
    ['It was killed by the signal SIGKILL', 'SIGKILL'],
    ['dies of SIGUSR2', 'SIGUSR2'],
    ['signal SIGHUP', 'SIGHUP'],
    ['still running', 'still running'],
    ['it is still running', 'still running'],
    ['running', 'still running'],
    ['keeps running', 'still running'],
    ['runs for ever', 'still running'],
    ['hangs', 'still running'],
    ['it never ends', 'still running'],
  ])('takes "%s" as %s', (typed, end) => expect(readEnd(typed)).toBe(end));

  test.each([
    '',
    'banana',
    '256',
    '-1',
    '1.5',
    'code',
    'sig',
    'SIGFOO',
    'with',
    '0 or 1',
    'not 0',
    'not running',
    'it does not hang',
  ])('does not guess at "%s"', (typed) => expect(readEnd(typed)).toBeUndefined());
});

describe('compare', () => {
  test.each([
    ['exit code 0', '0'],
    ['killed by sigterm', 'SIGTERM'],
    ['Still running', 'still running'],
    ['first, tick, timer', 'first\ntick\ntimer'],
    ['first tick timer', 'first\ntick\ntimer'],
    ['first -> tick -> timer', 'first\ntick\ntimer'],
    ["'bye'", 'bye'],
    ['BYE', 'bye'],
    ['nothing', 'nothing'],
    ['status 503', '503'],
    ['503 Service Unavailable', '503'],
    ['econnreset', 'ECONNRESET'],
    ['error ECONNRESET', 'ECONNRESET'],
    ["{ a: 1, b: 'x' }", '{"a":1,"b":"x"}'],
  ])('"%s" is right where the process did "%s"', (typed, answer) =>
    expect(compare(typed, answer)).toEqual({ right: true }),
  );

  test.each([
    ['1', '0'],
    ['SIGINT', 'SIGTERM'],
    ['still running', '0'],
    ['0', 'still running'],
    ['first, timer, tick', 'first\ntick\ntimer'],
    ['first', 'first\ntick'],
    ['12', '1\n2'],
    ['', 'bye'],
    ['not 503', '503'],
    ['13', '3'],
    ['', '0'],
  ])('"%s" is wrong where the process did "%s"', (typed, answer) =>
    expect(compare(typed, answer)).toEqual({ right: false }),
  );

  test('the code that a shell shows for a signal is taken for the signal, and the difference is told', () => {
    expect(compare('143', 'SIGTERM')).toMatchObject({
      right: true,
      note: expect.stringContaining('shell shows 143'),
    });
    expect(compare('SIGTERM', '143')).toMatchObject({
      right: false,
      note: expect.stringContaining('itself'),
    });
    expect(compare('137', 'SIGTERM')).toEqual({ right: false });
  });
});

describe('readChoice', () => {
  const choices = ['0', '143', 'SIGTERM', 'still running'];
  test.each([
    ['sigterm', 'SIGTERM'],
    ['killed by SIGTERM', 'SIGTERM'],
    ['code 143', '143'],
    ['it hangs', 'still running'],
  ])('takes "%s" for %s', (typed, choice) => expect(readChoice(typed, choices)).toBe(choice));
  test('takes nothing that is not among them', () => expect(readChoice('SIGINT', choices)).toBeUndefined());
});

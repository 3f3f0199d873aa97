import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { FixtureCourse } from '../commands/fixture-course.ts';
import { openTerminal } from './terminal.ts';

let course: FixtureCourse;
beforeAll(() => {
  course = new FixtureCourse();
});
afterAll(() => course[Symbol.dispose]());

const open = (argv: string[], env: Record<string, string> = {}) =>
  openTerminal([process.execPath, course.binary, ...argv], {
    cwd: course.folder,
    env: { PROC_COURSE_STATE_DIR: course.folder, ...env },
  });

describe('a guide on a terminal', () => {
  test('is read in less, with colour, and left by q', async () => {
    await using terminal = open(['guide', '1']);
    await terminal.shows(/How Programs End[\s\S]*\n:$/);
    expect(terminal.raw()).toContain('\x1b[1m\x1b[36mHow Programs End');
    terminal.type(' ');
    await terminal.shows('Codes above 128');
    terminal.type('q');
    expect((await terminal.ended).code).toBe(0);
  });

  test('survives Ctrl-C in the pager, which is a key of the pager', async () => {
    await using terminal = open(['guide', '1']);
    await terminal.shows(/\n:$/);
    terminal.type('\x03');
    // The bell is how less says that it was interrupted; keys before it are dropped by the terminal.
    await vi.waitFor(() => expect(terminal.raw()).toContain('\x07'), 30_000);
    terminal.type('G');
    await terminal.shows('kill $!');
    terminal.type('q');
    expect((await terminal.ended).code).toBe(0);
  });

  test('is read in $PAGER where one is named', async () => {
    await using terminal = open(['guide', '1'], { PAGER: 'head -n 3; echo "by the pager"' });
    await terminal.shows('by the pager');
    expect(terminal.screen()).toContain('How Programs End');
    expect(terminal.screen()).not.toContain('A death by signal');
    expect((await terminal.ended).code).toBe(0);
  });

  test('is printed plainly where the pager is not there, and where it fits', async () => {
    await using none = open(['guide', '1'], { PAGER: 'no-such-pager-here' });
    await none.shows('kill $!');
    expect((await none.ended).code).toBe(0);
    await using short = open(['guide', '2'], { PAGER: 'echo by the pager' });
    await short.shows('exit handlers do not');
    expect(short.screen()).not.toContain('by the pager');
    expect((await short.ended).code).toBe(0);
  });
});

test('the source of an example has colour on a terminal', async () => {
  await using terminal = open(['show', '1']);
  await terminal.shows("'ready'");
  expect(terminal.raw()).toContain("\x1b[32m'SIGTERM'\x1b[39m");
  expect((await terminal.ended).code).toBe(0);
});

test('a sentence about wrong use that is wider than the terminal is broken between its words', async () => {
  await using terminal = openTerminal([process.execPath, course.binary, 'guid', '1'], {
    cwd: course.folder,
    columns: 36,
  });
  await terminal.shows('Try:');
  expect((await terminal.ended).code).toBe(2);
  const sentence = terminal.screen().split('Try:')[0] ?? '';
  expect(sentence.trim().split('\n').length).toBeGreaterThan(1);
  expect(sentence.split(/\s+/)).toEqual(expect.arrayContaining(['There', 'command', '"guid".', 'nearest:']));
});

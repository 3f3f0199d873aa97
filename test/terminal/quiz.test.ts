import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FixtureCourse } from '../commands/fixture-course.ts';
import { openTerminal } from './terminal.ts';

const state = mkdtempSync(join(tmpdir(), 'quiz-state-'));
let course: FixtureCourse;
beforeAll(() => {
  course = new FixtureCourse();
});
afterAll(() => {
  course[Symbol.dispose]();
  rmSync(state, { recursive: true, force: true });
});

const open = (argv: string[], columns = 80) =>
  openTerminal([process.execPath, course.binary, ...argv], {
    cwd: course.folder,
    columns,
    rows: 40,
    env: { PROC_COURSE_STATE_DIR: state },
  });
const down = '\x1b[B';
const ctrlC = '\x03';

describe('the quiz on a terminal', () => {
  test('asks, takes what is typed or chosen, runs the process, and asks again what was wrong', async () => {
    await using terminal = open(['quiz', '1']);
    await terminal.shows(/3 of 3 questions are open[\s\S]*Your prediction:/);
    terminal.type('perhaps\r');
    await terminal.shows('"perhaps" is no exit code');
    terminal.type(`${'\x7f'.repeat('perhaps'.length)}code 0\r`);
    await terminal.shows(
      /the program ended with exit code 3[\s\S]*Not so\. You predicted: code 0[\s\S]*The next question\?/,
    );
    terminal.type('\r');
    await terminal.shows(/SIGTERM is sent[\s\S]*❯ 0\n/);
    terminal.type(`${down}${down}\r`);
    await terminal.shows(/Right\. The process answered: SIGTERM[\s\S]*The next question\?/);
    terminal.type('n\r');
    await terminal.shows('1 of 2 predicted right.');
    expect((await terminal.ended).code).toBe(0);

    await using again = open(['quiz', '1']);
    await again.shows(/2 of 3 questions are open[\s\S]*exit-in-exit[\s\S]*Your prediction:/);
    again.type(ctrlC);
    expect((await again.ended).code).toBe(130);
    const { answers } = JSON.parse(readFileSync(join(state, 'progress.json'), 'utf8'));
    expect(Object.keys(answers)).toEqual([
      '01-how-programs-end/exit-in-exit',
      '01-how-programs-end/no-listener',
    ]);
  });
});

describe('a pitfall on a terminal', () => {
  test('is drawn in two columns, or one below the other where the terminal is narrow', async () => {
    await using wide = open(['pitfall', '1'], 100);
    await wide.shows(/sent SIGTERM +│ +\d+ +▸ sent SIGTERM[\s\S]*Read on:/);
    expect((await wide.ended).code).toBe(0);
    await using narrow = open(['pitfall', '1'], 64);
    await narrow.shows(/sent SIGTERM\n[\s\S]*right\.js\n[\s\S]*sent SIGTERM\n[\s\S]*Read on:/);
    expect((await narrow.ended).code).toBe(0);
  });
});

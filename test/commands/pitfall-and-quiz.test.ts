import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAlive, processTable } from '../../src/stage/process-table.ts';
import { FixtureCourse } from './fixture-course.ts';
import type { Workspace } from './workspace.ts';

let course: FixtureCourse;
beforeAll(() => {
  course = new FixtureCourse();
});
afterAll(() => course[Symbol.dispose]());

const run = async (...argv: string[]) => {
  using workspace = course.workspace();
  return await workspace.run(...argv);
};
const answersOf = ({ state }: Workspace) =>
  JSON.parse(readFileSync(join(state, 'progress.json'), 'utf8')).answers;

describe('pitfall', () => {
  test('without a number lists them', async () => {
    const { stdout, code } = await run('pitfall');
    expect(stdout).toMatch(/^ 1 {2}An exit that does not wait for the work\n {4}01 How Programs End\n 2 /);
    expect(code).toBe(0);
  });

  test('plays both programs, side by side in 80 columns, and tells what differed', async () => {
    const { stdout, code } = await run('pitfall', '1');
    expect(stdout).toMatch(/^Pitfall 1: An exit that does not wait for the work\n▸ {2}SIGTERM arrives/);
    expect(stdout).toMatch(/^ +\d+ +▸ sent SIGTERM +│ +\d+ +▸ sent SIGTERM$/m);
    const rows = stdout.split('\n').map((line) => [line.slice(0, 38), line.slice(41)] as const);
    expect(rows.filter(([left]) => left.includes('"job.done"'))).toHaveLength(0);
    expect(rows.filter(([, right]) => right.includes('"job.done"')).length).toBeGreaterThan(0);
    expect(stdout).toContain('✔  right: the program prints "job.done"');
    expect(stdout).toMatch(/!\s+The wrong program left half a job behind\./);
    expect(stdout).toContain('proc-course guide 01 --section "A death by signal"');
    expect(Math.max(...stdout.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(80);
    expect(code).toBe(0);
  });

  test('asks the same of both, and draws them over one time axis in colour and on a page', async () => {
    using workspace = course.workspace();
    const env = { ...workspace.env, NO_COLOR: undefined, FORCE_COLOR: '1' };
    const { stdout, stderr, code } = await workspace.runWith(env, 'pitfall', '1', '--html', 'both.html');
    const plain = stripVTControlCharacters(stdout);
    const axes = plain.match(/^ +0 {2,}.* ms.*$/gm);
    expect(axes).toHaveLength(2);
    expect(axes?.[0]).toBe(axes?.[1]);
    expect(plain.match(/^program +├━/gm)).toHaveLength(2);
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'The timelines are in both.html.\n' });
    const page = readFileSync(join(workspace.folder, 'both.html'), 'utf8');
    const ends = [...page.matchAll(/<svg [^>]*data-end="([\d.]+)"/g)].map(([, end]) => end);
    expect(ends).toHaveLength(2);
    expect(ends[0]).toBe(ends[1]);
    expect(page).toContain('wrong.js: the program does not print');
  });

  test('is wrong use where a page is wanted and no pitfall is named', async () => {
    const { stderr, code } = await run('pitfall', '--html', 'both.html');
    expect(stderr).toContain('Try: proc-course pitfall 1 --html both.html');
    expect(code).toBe(2);
  });

  test('with --code shows both sources', async () => {
    const { stdout } = await run('pitfall', 'early', '--code');
    expect(stdout).toMatch(/^wrong\.js\n1 │ process\.on\('SIGTERM', \(\) => process\.exit\(0\)\);/m);
    expect(stdout).toMatch(/^right\.js\n1 │ /m);
  });

  test('ends with 1 where a program did not show what is claimed of it', async () => {
    const { stdout, code } = await run('pitfall', '2');
    expect(stdout).toContain('✔  wrong: the program ends with exit code 1');
    expect(stdout).toMatch(
      /✘ {2}right: the program ends with exit code 0: this was claimed, and was not\s+seen/,
    );
    expect(stdout).toContain('What should have been seen:');
    expect(code).toBe(1);
  });

  test('is wrong use where there is no such pitfall', async () => {
    const { stderr, code } = await run('pitfall', 'too-erly');
    expect(stderr).toContain('There is no pitfall "too-erly". The nearest: 01-too-early');
    expect(code).toBe(2);
  });
});

describe('quiz, without a terminal', () => {
  test.each([
    ['exit-in-exit=code 3', 0, '✔  Right. The process answered: 3'],
    ['exit-in-exit=0', 1, '✘  Not so. You predicted: 0. The process answered: 3'],
    ['no-listener=killed by sigterm', 0, '✔  Right. The process answered: SIGTERM'],
    ['no-listener=143', 1, '✘  Not so. You predicted: 143. The process answered: SIGTERM'],
    ['order=first, tick, timer', 0, '✔  Right. The process answered: first ⏎ tick ⏎ timer'],
    ['holds-the-loop=it hangs', 0, '✔  Right. The process answered: still running'],
  ])('--answer "%s" ends with %i, by what the real process did', async (text, exitCode, verdict) => {
    using workspace = course.workspace();
    const { stdout, code } = await workspace.run('quiz', '--answer', text);
    expect(stdout).toMatch(/^ +\d+ ms +▸ started the program, pid \d+/m);
    expect(stdout).toContain(verdict);
    expect(stdout).toMatch(/Read on: proc-course guide 0\d --section "/);
    expect(code).toBe(exitCode);
    expect(Object.values(answersOf(workspace))).toMatchObject([{ right: exitCode === 0 }]);
  });

  test('lists the questions, and which are answered', async () => {
    using workspace = course.workspace();
    await workspace.run('quiz', '--answer', 'exit-in-exit=1');
    await workspace.run('quiz', '--answer', 'in-which-order=first tick timer');
    const { stdout } = await workspace.run('quiz', '1', '--list');
    expect(stdout).toMatch(
      /✘ exit-in-exit, answered wrong\n.*\n {2}○ no-listener, not answered\n.*\n {2}✔ in-which-order/,
    );
    const { questions } = JSON.parse((await workspace.run('quiz', '--list', '--json')).stdout);
    expect(questions.map(({ id, answered, right }: never) => [id, answered, right])).toEqual([
      ['exit-in-exit', true, false],
      ['no-listener', false, false],
      ['in-which-order', true, true],
      ['holds-the-loop', false, false],
    ]);
  });

  test('shows one question with its program, and nothing of the answer', async () => {
    const { stdout, code } = await run('quiz', '--question', 'exit-in');
    expect(stdout).toMatch(
      /1 │ process\.on\('exit'[\s\S]*\$ node exit-in-exit\.js[\s\S]*\? {2}Which exit code/,
    );
    expect(stdout).not.toContain('The last listener');
    expect(code).toBe(0);
  });

  test.each([
    [['quiz'], 'There is no terminal', 'proc-course quiz --list'],
    [['quiz', 'lsats'], 'The nearest: 02-what-lasts', 'proc-course quiz 02-what-lasts'],
    [
      ['quiz', '--question', 'exit-on-exit'],
      'The nearest: exit-in-exit',
      'proc-course quiz --question exit-in-exit',
    ],
    [['quiz', '--answer', 'exit-in-exit'], '"exit-in-exit" is no answer', '--answer exit-in-exit=0'],
    [['quiz', '--answer', 'exit-in-exit=perhaps'], '"perhaps" is no exit code', '--question exit-in-exit'],
    [
      ['quiz', '--answer', 'no-listener=7'],
      '"7" is not among what may be predicted: 0, 143',
      '--question no-listener',
    ],
    [['quiz', '--answer', 'in-which-order= '], 'Nothing was predicted.', '--question in-which-order'],
  ])('%j is wrong use', async (argv, sentence, next) => {
    const { stdout, stderr, code } = await run(...argv);
    expect(stderr).toContain(sentence);
    expect(stderr).toContain(next);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  test('is interrupted with 130, records nothing, and leaves nobody', async () => {
    using workspace = course.workspace();
    const { child, ended } = workspace.start('quiz', '--answer', 'holds-the-loop=0');
    let seen = '';
    child.stdout.on('data', (text) => {
      seen += text;
    });
    while (!/pid \d+/.test(seen)) await once(child.stdout, 'data');
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    const pid = Number(/pid (\d+)/.exec(seen)?.[1]);
    expect(isAlive(processTable.readProcess(pid))).toBe(false);
    expect(() => answersOf(workspace)).toThrow('ENOENT');
  });
});

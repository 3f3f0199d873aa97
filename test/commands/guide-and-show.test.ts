import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FixtureCourse } from './fixture-course.ts';
import { Workspace } from './workspace.ts';

let course: FixtureCourse;
beforeAll(() => {
  course = new FixtureCourse();
});
afterAll(() => course[Symbol.dispose]());

const run = async (...argv: string[]) => {
  using workspace = course.workspace();
  return await workspace.run(...argv);
};
const widest = (text: string): number => Math.max(...text.split('\n').map((line) => [...line].length));

describe('guide, through a pipe', () => {
  test('is plain text of at most 80 columns', async () => {
    const { stdout, code } = await run('guide', 'how-programs');
    expect(stdout.split('\n').slice(0, 2)).toEqual(['How Programs End', '════════════════']);
    expect(stdout).not.toContain('\x1b');
    expect(widest(stdout)).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/── a program, ends with exit code 3\n.*process\.exitCode = 3;/);
    expect(stdout).not.toContain('ends=');
    expect(code).toBe(0);
  });

  test('shows one section with its parts', async () => {
    const { stdout } = await run('guide', '1', '--section', 'codes words');
    expect(stdout).toContain('Codes above 128');
    expect(stdout).not.toContain('A death by signal');
  });

  test('finds a section without the topic', async () => {
    expect((await run('guide', '--section', 'holds the loop')).stdout).toContain('exit handlers do not');
  });

  test('gives the Markdown itself', async () => {
    expect((await run('guide', '1', '--raw')).stdout).toContain('```js run ends=3\n');
    expect((await run('guide', '1', '--section', 'death by', '--raw')).stdout).toMatch(
      /^## A death by signal\n/,
    );
  });

  test('without a topic lists the guides with reading times and sections', async () => {
    const { stdout } = await run('guide');
    expect(stdout).toMatch(/^01 {2}How Programs End, 7 min\n {4}Exit codes in words · Codes above 128 · /);
    expect(stdout).toContain('2 guides, 12 minutes of reading in all.');
  });

  test.each([
    [
      ['guide', 'lsats'],
      'There is no guide "lsats". The nearest: 02-what-lasts',
      'proc-course guide 02-what-lasts',
    ],
    [
      ['guide', '1', '--section', 'a deth by signal'],
      'no section "a deth by signal". The nearest: "A death by signal"',
      'proc-course guide 01-how-programs-end --section "A death by signal"',
    ],
    [['guide', '1', '--section', 'codes'], '"codes" is in 2 headings', '--section "Exit codes in words"'],
  ])('%j is wrong use: it offers what is near', async (argv, sentence, next) => {
    const { stderr, code } = await run(...argv);
    expect(stderr).toContain(sentence);
    expect(stderr).toContain(next);
    expect(code).toBe(2);
  });
});

describe('show, through a pipe', () => {
  test('numbers the lines of an example', async () => {
    const { stdout, code } = await run('show', 'goodbye');
    expect(stdout).toMatch(
      /^01-says-goodbye: A program that says goodbye\n.*01-says-goodbye\.js\n\n1 │ \/\/ A worker/,
    );
    expect(stdout).not.toContain('\x1b');
    expect(code).toBe(0);
  });

  test('shows both programs of a pitfall, and the one of a question', async () => {
    const { stdout } = await run('show', '01-too-early');
    expect(stdout).toMatch(/01-too-early, wrong: [\s\S]*01-too-early, right/);
    expect((await run('show', 'exit-in-exit')).stdout).toContain('4 │ process.exitCode = 2;');
  });

  test('offers what is near to an id that is not there', async () => {
    const { stderr, code } = await run('show', 'exit-in-exits');
    expect(stderr).toContain('There is no program "exit-in-exits". The nearest: exit-in-exit');
    expect(code).toBe(2);
  });
});

describe('the guides of the course', () => {
  test('all fit into 80 columns, without a word of a fence', async () => {
    using workspace = new Workspace();
    const { stdout } = await workspace.run('list', '--json');
    const topics: { id: string; sections: string[] }[] = JSON.parse(stdout).topics;
    for (const { id } of topics.filter(({ sections }) => sections.length > 0)) {
      const shown = await workspace.run('guide', id);
      expect(shown.code, shown.stderr).toBe(0);
      expect(widest(shown.stdout), id).toBeLessThanOrEqual(80);
      expect(shown.stdout, id).not.toMatch(/^\s*```/m);
    }
  });
});

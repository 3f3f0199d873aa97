import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Progress } from '../../src/progress/progress.ts';
import { FixtureCourse } from './fixture-course.ts';
import { root, Workspace } from './workspace.ts';

let course: FixtureCourse;
beforeAll(() => {
  course = new FixtureCourse();
});
afterAll(() => course[Symbol.dispose]());

const runWith = async (progress: Partial<Progress>, ...argv: string[]) => {
  using workspace = course.workspace();
  mkdirSync(workspace.state, { recursive: true });
  const whole = { schema: 2, exercises: {}, scenes: {}, answers: {}, ...progress };
  writeFileSync(join(workspace.state, 'progress.json'), JSON.stringify(whole));
  return await workspace.run(...argv);
};
const at = '2026-01-01T00:00:00.000Z';
const right = (...ids: string[]) =>
  Object.fromEntries(ids.map((id) => [id, { answeredAt: at, right: true }]));
const passed = (...stretch: string[]) => ({ passedAt: at, content: '', stretch });
const seen = { '01-says-goodbye': ['at-rest', 'wrong-claim'] };
const allOfOne = right(
  '01-how-programs-end/exit-in-exit',
  '01-how-programs-end/no-listener',
  '01-how-programs-end/in-which-order',
);
const everything: Partial<Progress> = {
  scenes: seen,
  answers: { ...allOfOne, ...right('02-what-lasts/holds-the-loop') },
  exercises: { 'exercise-1': passed(), 'exercise-2': passed() },
};

describe('next', () => {
  test.each([
    [
      'begins with the first example, and its guide before it',
      {},
      [
        'Now     Play the example 01-says-goodbye',
        'Before  Read the guide, 7 minutes.',
        'proc-course guide 01',
      ],
    ],
    [
      'goes on with the scene that was not seen',
      { scenes: { '01-says-goodbye': ['at-rest'] } },
      ['proc-course run 01-says-goodbye --scene 2', 'You have seen 1 of its 2'],
    ],
    [
      'then asks the questions',
      { scenes: seen },
      ['Now     Answer 3 questions on How Programs End', 'proc-course quiz 01'],
    ],
    [
      'says that a prediction did not come true',
      { scenes: seen, answers: { '01-how-programs-end/exit-in-exit': { answeredAt: at, right: false } } },
      ['1 prediction did not come true yet'],
    ],
    [
      'then comes the exercise, with the pitfalls before it',
      { scenes: seen, answers: allOfOne },
      ['Now     Solve exercise-1', 'proc-course pitfall 1', 'proc-course init'],
    ],
    [
      'then the next topic',
      { ...everything, answers: allOfOne, exercises: { 'exercise-1': passed() } },
      ['Now     Answer 1 question on What Lasts'],
    ],
    [
      'after all, what is left as stretch',
      everything,
      ['Done    All scenes are seen', 'exercise-1: ', 'proc-course check exercise-1'],
    ],
  ] as [string, Partial<Progress>, string[]][])('%s', async (_, progress, wanted) => {
    const { stdout, code } = await runWith(progress, 'next');
    for (const text of wanted) expect(stdout.replaceAll(/\n {8}(?! |proc)/g, ' ')).toContain(text);
    expect(stdout.split('\n').length).toBeLessThanOrEqual(24);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(code).toBe(0);
  });
});

describe('path', () => {
  test('ticks what there is evidence of, whole or in part', async () => {
    const { stdout } = await runWith(
      { scenes: seen, answers: right('02-what-lasts/holds-the-loop') },
      'path',
    );
    expect(stdout).toMatch(
      /○ Read the guide How Programs End +guide 01\n +✔ Study the example 01-says-goodbye +run 01\n +· Look around\n/,
    );
    expect(stdout).toContain('What you can do  1 of 2 shown');
    expect(stdout).toMatch(/✔ Name what holds a loop\n +◐ Say goodbye +1 of 2\n/);
  });

  test('of the course fits into 80 columns', async () => {
    using workspace = new Workspace();
    const { stdout, code } = await workspace.run('path');
    expect(Math.max(...stdout.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(80);
    expect(stdout).toContain('0 of 10 shown');
    expect(stdout).toContain('0 of 8 shown');
    expect(code).toBe(0);
  });
});

describe('list', () => {
  test('shows of each topic what is done and what is left', async () => {
    const { stdout } = await runWith({ scenes: seen, exercises: { 'exercise-1': passed() } }, 'list');
    expect(stdout).toMatch(/^01 {2}How Programs End {2}left: 3 questions\n/);
    expect(stdout).toMatch(
      /guide +guide 01 +7 min\n +example +01-says-goodbye +✔ 2 of 2 scenes seen\n +pitfall +pitfall 1 +An exit/,
    );
    expect(stdout).toMatch(/questions quiz 01 +0 of 3 answered right\n +exercise +exercise-1 +✔ passed/);
    expect(stdout).toMatch(/^02 {2}What Lasts {2}left: 1 question, 1 exercise$/m);
    expect(Math.max(...stdout.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(80);
  });

  const schema = JSON.parse(readFileSync(join(root, 'schemas/list.schema.json'), 'utf8'));
  const validate = new Ajv({ strict: false }).compile(schema);

  test('prints JSON that follows its schema, of the fixture and of the course', async () => {
    using workspace = new Workspace();
    for (const { stdout } of [
      await runWith(everything, 'list', '--json'),
      await workspace.run('list', '--json'),
    ]) {
      validate(JSON.parse(stdout));
      expect(validate.errors).toBeNull();
    }
    const [topic] = JSON.parse((await runWith(everything, 'list', '--json')).stdout).topics;
    expect(topic.examples[0]).toMatchObject({ id: '01-says-goodbye', seen: 2 });
    expect(topic.exercises[0]).toMatchObject({ id: 'exercise-1', passed: true, stretchPassed: [] });
    expect(
      validate({ schema: 1, topics: [{ ...topic, sections: undefined, questions: [{ id: 'x' }] }] }),
    ).toBe(false);
  });
});

describe('run', () => {
  test('remembers the scenes that showed what they claim, and no others', async () => {
    using workspace = course.workspace();
    expect((await workspace.run('run', 'goodbye')).code).toBe(1);
    const { scenes } = JSON.parse(readFileSync(join(workspace.state, 'progress.json'), 'utf8'));
    expect(scenes).toEqual({ '01-says-goodbye': ['at-rest'] });
  });
});

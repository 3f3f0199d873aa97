import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { wantsJson } from '../../src/cli/error-document.ts';
import { root, Workspace } from './workspace.ts';

const validate = new Ajv().compile(JSON.parse(readFileSync(join(root, 'schemas/check.schema.json'), 'utf8')));

describe('where JSON is asked for, wrong use is one document', () => {
  test.each([
    ['a file that is missing', ['check', '1', '--file', 'missing.ts', '--json'], /no file "missing\.ts"/],
    ['an unknown exercise', ['check', 'exercize-1', '--reporter', 'json'], /The nearest: exercise-1/],
    ['an unknown option', ['check', '1', '--fil', 'x', '--json'], /Unknown option '--fil'/],
    ['no exercise at all', ['check', '--reporter=json'], /no file for any exercise/],
    [
      'a page that cannot be written',
      ['check', '1', '--json', '--only', '1', '--html', 'no/page.html'],
      /cannot be written/,
    ],
  ])('for %s', async (_, argv, sentence) => {
    using workspace = new Workspace();
    if (argv.includes('--html')) workspace.write('exercise-1.mjs', 'process.exitCode = 1;\n');
    const { code, stdout, stderr } = await workspace.run(...argv);
    const document = JSON.parse(stdout);
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    expect(document).toMatchObject({ schema: 1, error: { kind: 'wrong-use' } });
    expect(document.error.message).toMatch(sentence);
    expect(document.error.next).toMatch(/^proc-course /);
    expect(stderr).toContain(document.error.message);
    expect(code).toBe(2);
  });
});

test('trouble is one document as well, with exit code 3', async () => {
  // A course whose grader cannot be loaded: the fault is the course's own.
  const broken = mkdtempSync(join(tmpdir(), 'broken-course-'));
  try {
    for (const name of ['bin', 'dist', 'exercises', 'lessons', 'solutions', 'package.json'])
      cpSync(join(root, name), join(broken, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(broken, 'node_modules'));
    writeFileSync(join(broken, 'dist/graders/exercise-1.js'), 'throw new Error("The grader is damaged.");\n');
    using workspace = new Workspace(join(broken, 'bin/proc-course.js'));
    workspace.write('exercise-1.mjs', '');
    const { code, stdout, stderr } = await workspace.run('check', '1', '--json');
    const document = JSON.parse(stdout);
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    expect(document.error).toEqual({
      kind: 'trouble',
      message: 'The grader is damaged.',
      next: 'proc-course doctor --report',
    });
    expect(stderr).toContain('fault of the course');
    expect(code).toBe(3);
  } finally {
    rmSync(broken, { recursive: true, force: true });
  }
});

test('without it, standard output has nothing of an error', async () => {
  using workspace = new Workspace();
  expect(await workspace.run('check', 'exercize-1')).toMatchObject({ code: 2, stdout: '' });
});

test.each([
  [['check', '--json'], true],
  [['check', '--reporter', 'json'], true],
  [['check', '--reporter', 'junit'], false],
  [['run', '01', '--', '--json'], false],
  [['guide', 'json'], false],
])('%j asks for JSON: %s', (argv, wanted) => expect(wantsJson(argv)).toBe(wanted));

import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { root, Workspace } from './workspace.ts';

const solution = join(root, 'solutions/exercise-1/linear.ts');
const schema = JSON.parse(readFileSync(join(root, 'schemas/check.schema.json'), 'utf8'));
const validate = new Ajv().compile(schema);
const lastWords = 'console.log("hello")';

describe('check without an exercise', () => {
  test('grades every exercise that has a file here, and names those that have none', async () => {
    using workspace = new Workspace();
    copyFileSync(solution, join(workspace.folder, 'exercise-1.ts'));
    workspace.write('exercise-3.mjs', lastWords);
    const { code, stdout } = await workspace.run('check');
    expect(stdout).toMatch(/✔ passed {6}exercise-1 {2}18 of 18 core checks/);
    expect(stdout).toMatch(/✘ not passed {2}exercise-3/);
    expect(stdout).toMatch(/○ no file {5}exercise-5/);
    expect(code).toBe(1);
  });

  test('prints one JSON document for all of them', async () => {
    using workspace = new Workspace();
    workspace.write('exercise-3.mjs', lastWords);
    const { code, stdout } = await workspace.run('check', '--json');
    const document = JSON.parse(stdout);
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    expect(document.without).toEqual(['exercise-1', 'exercise-2', 'exercise-4', 'exercise-5']);
    expect(code).toBe(1);
  });

  test.each([
    [['check'], /There is no file for any exercise/, 'proc-course init'],
    [['check', '--only', '2'], /--only belongs to one exercise/, 'proc-course check exercise-1 --only 2'],
    [
      ['check', '1', '--reporter', 'junti'],
      /There is no reporter "junti"/,
      'proc-course check --reporter junit',
    ],
    [['check', '1', '--json', '--reporter', 'tap'], /exclude each other/, 'proc-course check --reporter tap'],
  ])('%j is wrong use, and says what to type', async (argv, sentence, next) => {
    using workspace = new Workspace();
    const { code, stdout, stderr } = await workspace.run(...argv);
    expect(stderr).toMatch(sentence);
    expect(stderr).toContain(`Try: ${next}`);
    // Whoever asks for JSON is answered in JSON, and on standard output nothing else is said.
    if (argv.includes('--json')) expect(JSON.parse(stdout).error.message).toMatch(sentence);
    else expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe('check --reporter', () => {
  test.each([
    ['junit', /^<\?xml [\s\S]*<testcase classname="exercise-1\.starts-and-serves"[\s\S]*<\/testsuites>\n$/],
    ['tap', /^TAP version 14\n1\.\.21\nnot ok 1 - exercise-1 starts-and-serves/],
    [
      'github',
      /^::group::exercise-1\n[\s\S]*::endgroup::\n::error file=exercise-1\.mjs,line=1,title=exercise-1 /,
    ],
  ])('%s prints that form and nothing else', async (name, form) => {
    using workspace = new Workspace();
    workspace.write('exercise-1.mjs', lastWords);
    const { code, stdout, stderr } = await workspace.run('check', '1', '--reporter', name);
    expect(stdout).toMatch(form);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });
});

describe('check --html', () => {
  test('writes a page with the timeline of every check, those that passed included', async () => {
    using workspace = new Workspace();
    const { code, stderr } = await workspace.run(
      'check',
      '1',
      '--only',
      '2',
      '--file',
      solution,
      '--html',
      'seen.html',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'The timelines are in seen.html.\n' });
    const page = readFileSync(join(workspace.folder, 'seen.html'), 'utf8');
    expect(page.match(/<svg /g)).toHaveLength(3);
    expect(page).toContain('SIGHUP');
  });

  test('says so where the page cannot be written', async () => {
    using workspace = new Workspace();
    const { code, stderr } = await workspace.run(
      'check',
      '1',
      '--only',
      'starts-and-serves',
      '--file',
      solution,
      '--html',
      'no/such/folder/seen.html',
    );
    expect(stderr).toMatch(/cannot be written to "no\/such\/folder\/seen.html"/);
    expect(code).toBe(2);
  });
});

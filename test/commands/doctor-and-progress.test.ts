import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { nodeVersion, platform } from '../../src/commands/doctoring/examine.ts';
import { maskHome } from '../../src/commands/doctoring/show-diagnosis.ts';
import { root, Workspace } from './workspace.ts';

const linear = join(root, 'solutions/exercise-1/linear.ts');
const schemaOf = (name: string) =>
  new Ajv().compile(JSON.parse(readFileSync(join(root, `schemas/${name}.schema.json`), 'utf8')));

describe('doctor', () => {
  test('finds no obstacle on a machine on which the course is tested', async () => {
    using workspace = new Workspace();
    const { code, stdout } = await workspace.run('doctor');
    expect(stdout).toContain('The course works here.');
    expect(stdout).toContain(process.version.slice(1));
    expect(code).toBe(0);
  });

  test('prints a document that follows its written schema', async () => {
    using workspace = new Workspace();
    const validate = schemaOf('doctor');
    const { stdout } = await workspace.run('doctor', '--json');
    expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
  });

  test('says what native Windows cannot deliver, and where the course works instead', () => {
    const { state, text, advice } = platform('win32');
    expect(state).toBe('obstacle');
    expect(text).toMatch(/cannot deliver POSIX signals/);
    expect(advice).toMatch(/WSL/);
  });

  test.each([
    ['20.18.3', 'obstacle'],
    ['18.20.0', 'obstacle'],
    ['20.19.0', 'fine'],
    ['26.0.0', 'fine'],
  ])('takes Node %s for %s', (version, state) => expect(nodeVersion(version).state).toBe(state));

  test('masks the home and its owner in what is to be pasted', async () => {
    expect(maskHome('/home/marlene/x of marlene', '/home/marlene', 'marlene')).toBe('~/x of <user>');
    using workspace = new Workspace();
    expect((await workspace.run('doctor', '--report')).stdout).toMatch(/^```\nfine {5}Node: /);
  });
});

describe('progress', () => {
  test('knows what has passed, and what was changed since', async () => {
    using workspace = new Workspace();
    const file = join(workspace.folder, 'exercise-1.ts');
    copyFileSync(linear, file);
    await workspace.run('check', '1');
    expect((await workspace.run('progress')).stdout).toMatch(/✔ passed on \d{4}-\d\d-\d\d, 3 stretch\n/);
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n// more\n`);
    expect((await workspace.run('progress')).stdout).toMatch(/changed since: proc-course check exercise-1/);
    const { stdout } = await workspace.run('progress', '--json');
    const validate = schemaOf('progress');
    expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
    expect(JSON.parse(stdout).exercises[0]).toMatchObject({ id: 'exercise-1', standing: 'changed' });
  });

  test('is brought back by grading again where its file is damaged, and the damaged file is kept', async () => {
    using workspace = new Workspace();
    copyFileSync(linear, join(workspace.folder, 'exercise-1.ts'));
    writeFileSync(join(workspace.state, 'progress.json'), '{"schema":2,"exerc');
    expect((await workspace.run('progress')).stderr).toMatch(/is damaged/);
    expect((await workspace.run('progress', '--rebuild')).code).toBe(0);
    const { stdout, stderr } = await workspace.run('progress');
    expect(stdout).toMatch(/✔ passed on/);
    expect(stderr).toBe('');
  });

  test('is kept in the workspace where that is asked for', async () => {
    using workspace = new Workspace();
    const env = { ...workspace.env, PROC_COURSE_STATE_DIR: undefined, XDG_STATE_HOME: workspace.state };
    const { stdout } = await workspace.runWith(env, 'progress', '--local');
    expect(stdout).toMatch(/\.proc-course\/progress\.json from now on/);
    copyFileSync(linear, join(workspace.folder, 'exercise-1.ts'));
    await workspace.runWith(env, 'check', '1');
    expect(existsSync(join(workspace.folder, '.proc-course', 'progress.json'))).toBe(true);
    expect((await workspace.runWith(env, 'progress')).stdout).toMatch(/✔ passed on/);
  });

  test('says that a variable decides where it is kept, where both are asked for', async () => {
    using workspace = new Workspace();
    const { code, stderr } = await workspace.run('progress', '--local');
    expect(stderr).toMatch(/PROC_COURSE_STATE_DIR is ".*", and decides/);
    expect(code).toBe(2);
  });
});

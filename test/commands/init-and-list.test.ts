import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commands } from '../../src/commands/index.ts';
import { root, Workspace } from './workspace.ts';

describe('init', () => {
  test('writes brief and starter in JavaScript where nobody can be asked', async () => {
    using workspace = new Workspace();
    const { code, stdout } = await workspace.run('init');
    expect(code).toBe(0);
    expect(stdout).toContain('wrote  exercise-1.js');
    expect(readdirSync(workspace.folder)).toEqual(
      expect.arrayContaining(['exercise-1.js', 'exercise-1.md', 'package.json']),
    );
  });

  test('keeps every file that is there, and says so', async () => {
    using workspace = new Workspace();
    workspace.write('exercise-1.ts', '// mine\n');
    const { stdout, code } = await workspace.run('init', '--lang', 'js');
    expect(code).toBe(0);
    expect(stdout).toContain('kept   exercise-1.ts');
    expect(readFileSync(join(workspace.folder, 'exercise-1.ts'), 'utf8')).toBe('// mine\n');
    expect(existsSync(join(workspace.folder, 'exercise-1.js'))).toBe(false);
  });

  test('names the starter so that it is an ES module in a CommonJS package too', async () => {
    using workspace = new Workspace();
    workspace.write('package.json', '{"type":"commonjs"}');
    await workspace.run('init', '--lang', 'js');
    expect(existsSync(join(workspace.folder, 'exercise-1.mjs'))).toBe(true);
    expect(readFileSync(join(workspace.folder, 'package.json'), 'utf8')).toBe('{"type":"commonjs"}');
    expect((await workspace.run('check', '1', '--only', '1')).code).toBe(0);
  });

  test('makes the folder that is named', async () => {
    using workspace = new Workspace();
    const { stdout } = await workspace.run('init', 'my course', '--lang', 'TypeScript');
    expect(existsSync(join(workspace.folder, 'my course', 'exercise-1.ts'))).toBe(true);
    expect(stdout).toContain('cd "my course" && npx proc-course check exercise-1');
  });

  test.each([
    ['an unknown language', ['init', '--lang', 'rust'], 'There is no language "rust"'],
    ['a file where the folder should be', ['init', 'taken'], '"taken" cannot be made a workspace'],
  ])('%s is wrong use', async (_, argv, sentence) => {
    using workspace = new Workspace();
    workspace.write('taken', '');
    const { code, stderr } = await workspace.run(...argv);
    expect(stderr).toContain(sentence);
    expect(code).toBe(2);
  });
});

describe('list', () => {
  test('shows eight topics in course order, each in at most 80 columns', async () => {
    using workspace = new Workspace();
    const { stdout, code } = await workspace.run('list');
    const topics = stdout.split('\n').filter((line) => /^\d\d {2}/.test(line));
    expect(topics.map((line) => line.slice(0, 2))).toEqual(['01', '02', '03', '04', '05', '06', '07', '08']);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(code).toBe(0);
  });

  test('prints one JSON document', async () => {
    using workspace = new Workspace();
    const { stdout } = await workspace.run('list', '--json');
    const { schema, topics } = JSON.parse(stdout);
    expect({ schema, count: topics.length }).toEqual({ schema: 1, count: 8 });
    expect(topics[1].exercises[0]).toMatchObject({ id: 'exercise-1', passed: false });
    expect(topics.every(({ points }: { points: string[] }) => points.length === 6)).toBe(true);
  });

  test('works in a folder that cannot be written, and leaves nothing behind', async () => {
    using workspace = new Workspace();
    const folder = join(workspace.folder, 'closed');
    mkdirSync(folder, { mode: 0o500 });
    expect((await workspace.run('list')).code).toBe(0);
    expect(readdirSync(workspace.state)).toEqual([]);
  });
});

describe('the tool', () => {
  test('help lists every command and every exit code', async () => {
    using workspace = new Workspace();
    const { stdout, code } = await workspace.run('--help');
    for (const word of [...commands.map(({ name }) => name), 'Exit codes:', '130'])
      expect(stdout).toContain(word);
    expect(code).toBe(0);
  });

  test('the table of commands in the README names each of them', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    for (const { name } of commands) expect(readme).toContain(`| \`proc-course ${name}`);
  });

  test('an unknown command gets the nearest', async () => {
    using workspace = new Workspace();
    const { stderr, code } = await workspace.run('chek');
    expect(stderr).toContain('There is no command "chek". The nearest: check');
    expect(code).toBe(2);
  });

  test('says its version', async () => {
    using workspace = new Workspace();
    expect((await workspace.run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

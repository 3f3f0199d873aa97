import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join('src', name));

/** Which rooms a room may import from, beside itself, `node:` and packages. */
const mayImport: Record<string, readonly string[]> = {
  'main.ts': ['cli', 'commands', 'course', 'report'],
  cli: [],
  commands: [
    'cli',
    'course',
    'workspace',
    'grading',
    'player',
    'report',
    'progress',
    'quiz',
    'stage',
    'timeline',
  ],
  player: ['grading', 'stage', 'report', 'timeline'],
  grading: ['stage', 'report', 'timeline'],
  stage: ['timeline'],
  report: ['timeline'],
  timeline: [],
  course: [],
  workspace: [],
  progress: [],
  quiz: [],
};

const roomOf = (file: string): string => relative('src', file).split('/')[0] ?? '';

const importsOf = (file: string): string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    ([, target = '']) => target,
  );

describe('the rooms of src', () => {
  test.each(sources)('%s imports only from the rooms that its own may', (file) => {
    const room = roomOf(file);
    for (const target of importsOf(file).filter((name) => name.startsWith('.'))) {
      const other = roomOf(relative(root, resolve(root, file, '..', target)));
      expect([room, ...(mayImport[room] ?? [])], `${file} imports ${target}`).toContain(other);
    }
  });

  test.each(sources)('%s has at most 250 lines', (file) => {
    expect(readFileSync(join(root, file), 'utf8').split('\n').length - 1).toBeLessThanOrEqual(250);
  });

  test('no file of src calls process.exit, which loses what is still in the pipes', () => {
    const found = sources.filter((file) => /\bprocess\.exit\(/.test(readFileSync(join(root, file), 'utf8')));
    expect(found).toEqual([]);
  });

  test('a command imports no other command', () => {
    const commands = readdirSync(join(root, 'src/commands')).filter(
      (name) => name.endsWith('.ts') && name !== 'index.ts',
    );
    for (const name of commands) {
      const others = importsOf(join('src/commands', name)).filter((target) => /^\.\/[^/]+\.ts$/.test(target));
      expect(others, name).toEqual([]);
    }
  });
});

describe('what authors write', () => {
  const authored = ['graders', 'lessons'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  );
  test.each(authored)('%s imports from #grader only', (file) => {
    const beyond = importsOf(file).filter(
      (target) => target !== '#grader' && !(file.startsWith('lessons') && target.startsWith('./')),
    );
    expect(beyond).toEqual([]);
  });

  const programs = ['exercises', 'solutions', 'test/wrong-answers', 'test/right-answers', 'lessons'].flatMap(
    (folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter(
          // In lessons, TypeScript declares and JavaScript is played.
          (name) => (folder === 'lessons' ? /\.c?js$/ : /\.[cm]?[jt]s$/).test(name),
        )
        .map((name) => join(folder, name)),
  );
  test.each(programs)('%s needs nothing but Node', (file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const required = [...text.matchAll(/\brequire\('([^']+)'\)/g)].map(([, target = '']) => target);
    for (const target of [...importsOf(file), ...required]) expect(target, file).toMatch(/^node:/);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { layOut } from '../../src/workspace/lay-out.ts';
import { useFolder } from './folder.ts';

const folder = useFolder();

const course = {
  'course/exercises/exercise-1.md': '# Exercise 1: One (easy)\n',
  'course/exercises/exercise-1.ts': 'const typed: string = "one";\n',
  'course/dist/exercises/exercise-1.js': 'const typed         = "one";\n',
};

async function lay(language: 'js' | 'ts' = 'ts', where = 'mine') {
  folder.write(course);
  const courseRoot = join(folder.path, 'course');
  const target = join(folder.path, where);
  const { written, kept } = await layOut({ folder: target, language, courseRoot, exercises: ['exercise-1'] });
  return { written: written.map((file) => basename(file)), kept: kept.map((file) => basename(file)) };
}
const textOf = (file: string): string => readFileSync(join(folder.path, 'mine', file), 'utf8');

describe('laying out', () => {
  test('makes the folder, a manifest, the brief and the starter', async () => {
    expect(await lay()).toEqual({ written: ['package.json', 'exercise-1.md', 'exercise-1.ts'], kept: [] });
    expect(JSON.parse(textOf('package.json'))).toEqual({ private: true, type: 'module' });
    expect(textOf('exercise-1.ts')).toBe(course['course/exercises/exercise-1.ts']);
  });

  test('takes the JavaScript that the build has made where that is wanted', async () => {
    expect((await lay('js')).written).toContain('exercise-1.js');
    expect(textOf('exercise-1.js')).toBe(course['course/dist/exercises/exercise-1.js']);
  });

  test('a second time writes nothing and says what it kept', async () => {
    await lay();
    folder.write({ 'mine/exercise-1.ts': 'my own work', 'mine/exercise-1.md': 'my own notes' });
    expect(await lay()).toEqual({ written: [], kept: ['exercise-1.md', 'exercise-1.ts'] });
    expect([textOf('exercise-1.ts'), textOf('exercise-1.md')]).toEqual(['my own work', 'my own notes']);
  });

  test('puts no starter beside a program of another kind', async () => {
    folder.write({ 'mine/exercise-1.cjs': 'my own work' });
    expect(await lay()).toEqual({ written: ['package.json', 'exercise-1.md'], kept: ['exercise-1.cjs'] });
    expect(existsSync(join(folder.path, 'mine/exercise-1.ts'))).toBe(false);
  });

  test.each(['{"type":"commonjs"}', '{}'])(
    'names the starter a module where the manifest that is there is %s, and leaves that as it is',
    async (manifest) => {
      folder.write({ 'mine/package.json': manifest });
      expect((await lay('ts')).written).toEqual(['exercise-1.md', 'exercise-1.mts']);
      expect(textOf('package.json')).toBe(manifest);
    },
  );
});

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findPrograms, programExtensions } from '../../src/workspace/find-program.ts';
import { packageTypeOf } from '../../src/workspace/package-type.ts';
import { useFolder } from './folder.ts';

const folder = useFolder();

describe('the file of an exercise', () => {
  test.each(programExtensions)('is found with the extension %s', (extension) => {
    folder.write({ [`exercise-1${extension}`]: '' });
    expect(findPrograms(folder.path, 'exercise-1')).toEqual([join(folder.path, `exercise-1${extension}`)]);
  });

  test('is found below exercises where it does not stand here', () => {
    folder.write({ 'exercises/exercise-1.mjs': '' });
    expect(findPrograms(folder.path, 'exercise-1')).toEqual([join(folder.path, 'exercises/exercise-1.mjs')]);
    folder.write({ 'exercise-1.js': '' });
    expect(findPrograms(folder.path, 'exercise-1')).toEqual([join(folder.path, 'exercise-1.js')]);
  });

  test('is every file that it could be', () => {
    folder.write({ 'exercise-1.js': '', 'exercise-1.ts': '', 'exercise-1.md': '', 'exercise-10.js': '' });
    expect(findPrograms(folder.path, 'exercise-1')).toHaveLength(2);
    expect(findPrograms(folder.path, 'exercise-2')).toEqual([]);
  });
});

describe('the package type of a folder', () => {
  test.each([
    ['module', '{"type":"module"}'],
    ['commonjs', '{"type":"commonjs"}'],
    [undefined, '{"name":"x"}'],
    [undefined, '{"type":"something"}'],
  ])('is %s for %s', (type, text) => {
    folder.write({ 'package.json': text });
    expect(packageTypeOf(folder.path)).toBe(type);
  });

  test('comes from the nearest manifest, even where that names none', () => {
    folder.write({
      'package.json': '{"type":"module"}',
      'a/b/x.js': '',
      'c/package.json': '{}',
      'c/d/x.js': '',
    });
    expect(packageTypeOf(join(folder.path, 'a/b'))).toBe('module');
    expect(packageTypeOf(join(folder.path, 'c/d'))).toBeUndefined();
  });

  test.each(['{', 'null', '[]', '"text"'])('is nobody’s fault where the manifest is %s', (text) => {
    folder.write({ 'package.json': text });
    expect(() => packageTypeOf(folder.path)).not.toThrow();
  });
});

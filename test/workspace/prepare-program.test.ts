import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { prepareProgram } from '../../src/workspace/prepare-program.ts';
import { useFolder } from './folder.ts';

// An accent, a space and a quote, as a learner's folder may have them.
const folder = useFolder("proc-course té'st ");

/** Prepares the file and runs what came of it with plain node; gives what it printed. */
async function run(file: string): Promise<string> {
  const into = join(folder.path, 'prepared here');
  mkdirSync(into);
  const prepared = await prepareProgram(join(folder.path, file), into);
  if ('unreadable' in prepared) return prepared.unreadable;
  return execFileSync(process.execPath, [...prepared.nodeFlags, prepared.file], { encoding: 'utf8' }).trim();
}

const typed = 'interface A { readonly b: string }\nconst a: A = { b: "typed" };\n';
const esm = `import { basename } from 'node:path';\n${typed}console.log(a.b, basename('x/esm'), import.meta.url.slice(0, 5));`;
const imports = `import { basename } from 'node:path';\n${typed}console.log(a.b, basename('x/imports'), __filename.slice(-4));`;
const cjs = `const { basename } = require('node:path');\n${typed}console.log(a.b, basename('x/cjs'), typeof require);`;
const asEsm = 'typed esm file:';
const asCjs = 'typed cjs function';

describe('TypeScript', () => {
  test.each([
    ['a .ts of a module package', 'p.ts', esm, '{"type":"module"}', asEsm],
    ['a .ts of a CommonJS package', 'p.ts', cjs, '{"type":"commonjs"}', asCjs],
    ['a .ts that is CommonJS by its syntax alone', 'p.ts', cjs, '{}', asCjs],
    ['a .ts that is a module by its syntax alone', 'p.ts', esm, '{}', asEsm],
    ['a .mts in a CommonJS package', 'p.mts', esm, '{"type":"commonjs"}', asEsm],
    ['a .cts in a module package', 'p.cts', cjs, '{"type":"module"}', asCjs],
    [
      'a .ts with imports in a CommonJS package',
      'p.ts',
      imports,
      '{"type":"commonjs"}',
      'typed imports .cjs',
    ],
  ])('%s runs as what it is', async (_, file, text, manifest, printed) => {
    folder.write({ 'package.json': manifest, [file]: text });
    expect(await run(file)).toBe(printed);
  });

  test('of several files is one program, however the import is spelled', async () => {
    folder.write({
      'package.json': '{"type":"module"}',
      'p.ts': `import { word } from './lib/word.ts';\nimport { other } from './lib/other.js';\nconsole.log(word, other);`,
      'lib/word.ts': `export const word: string = 'one';`,
      'lib/other.ts': `export const other: string = 'two';`,
    });
    expect(await run('p.ts')).toBe('one two');
  });

  test('with an await at its top and the path of its own runs', async () => {
    folder.write({
      'package.json': '{"type":"module"}',
      'p.ts': `const word: string = await Promise.resolve('waited');\nconsole.log(word, import.meta.url.slice(0, 5));`,
    });
    expect(await run('p.ts')).toBe('waited file:');
  });

  test('types are dropped and not checked', async () => {
    folder.write({ 'p.mts': `const count: number = 'no number';\nconsole.log(count);` });
    expect(await run('p.mts')).toBe('no number');
  });

  test('that cannot be read says where and why, with the line itself and a mark', async () => {
    folder.write({ 'p.ts': `const a = 1;\nconst b: string = ;\n` });
    expect(await run('p.ts')).toBe('p.ts:2:19: Unexpected ";"\n  const b: string = ;\n                    ^');
  });

  test('that imports a file that is not there says so', async () => {
    folder.write({ 'p.ts': `import './missing.ts';\n` });
    expect(await run('p.ts')).toMatch(/^p\.ts:1:8: Could not resolve "\.\/missing\.ts"\n/);
  });

  test('tells the line of the TypeScript file where it throws', async () => {
    folder.write({
      'package.json': '{"type":"module"}',
      'p.ts': `${typed}\n\nfunction fail(): never {\n  throw new Error(a.b);\n}\ntry {\n  fail();\n} catch (error) {\n  console.log((error as Error).stack);\n}`,
    });
    expect(await run('p.ts')).toMatch(/p\.ts:6:/);
  });
});

describe('JavaScript', () => {
  test.each(['p.js', 'p.mjs', 'p.cjs'])('%s runs where it stands', async (file) => {
    const path = join(folder.path, file);
    expect(await prepareProgram(path, '/nowhere')).toEqual({ file: path, nodeFlags: [] });
  });
});

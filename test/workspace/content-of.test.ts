import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contentOf } from '../../src/workspace/content-of.ts';
import { useFolder } from './folder.ts';

const folder = useFolder("proc-course té'st ");
const content = (name: string): Promise<string> => contentOf(join(folder.path, name));

test.each([
  ['TypeScript', 'p.ts', "import './lib/a.ts';\n", 'lib/a.ts', "import '../b.ts';\n", 'b.ts'],
  ['JavaScript', 'p.js', "import './lib/a.js';\n", 'lib/a.js', "export * from '../b.js';\n", 'b.js'],
  ['CommonJS', 'p.cjs', "require('./lib/a');\n", 'lib/a.js', "require('../b.json');\n", 'b.json'],
])('the content of %s is that of all files that it imports', async (_, entry, text, first, more, second) => {
  folder.write({ [entry]: text, [first]: more, [second]: '{}\n' });
  const before = await content(entry);
  expect(await content(entry)).toBe(before);
  folder.write({ 'lib/unrelated.js': 'x' });
  expect(await content(entry)).toBe(before);
  folder.write({ [second]: '{ }\n' });
  const after = await content(entry);
  expect(after).not.toBe(before);
  folder.write({ [first]: `${more}\n` });
  expect(await content(entry)).not.toBe(after);
});

test.each([
  "import { a } from './a.mjs';",
  "import {\n  a,\n}\nfrom './a.mjs';",
  'import{a}from"./a.mjs";',
  "export * from './a.mjs';",
  "const { a } = await import('./a.mjs');",
  "const { a } = await import(/* later */ './a.mjs');",
  'const { a } = await import(`./a.mjs`);',
])('a file is imported in every way that the language has: %s', async (text) => {
  folder.write({ 'p.mjs': text, 'a.mjs': 'export const a = 1;' });
  const before = await content('p.mjs');
  folder.write({ 'a.mjs': 'export const a = 2;' });
  expect(await content('p.mjs')).not.toBe(before);
});

test('the content of one file is its own, and does not depend on where it stands', async () => {
  const text = "import { once } from 'node:events';\n";
  folder.write({ 'p.ts': text, 'elsewhere/p.ts': text });
  expect(await content('p.ts')).toMatch(/^[0-9a-f]{64}$/);
  expect(await content('elsewhere/p.ts')).toBe(await content('p.ts'));
});

test('a program that cannot be read has a content all the same', async () => {
  folder.write({ 'p.ts': "import './missing.ts';\nconst = ;\n" });
  const before = await content('p.ts');
  folder.write({ 'p.ts': "import './missing.ts';\nconst = 1;\n" });
  expect(await content('p.ts')).not.toBe(before);
});

test('packages do not count', async () => {
  folder.write({
    'p.mjs': "import './a.mjs';\n",
    'a.mjs': "import 'some';\n",
    'node_modules/some/package.json': '{"name":"some","main":"i.js"}',
    'node_modules/some/i.js': '1',
  });
  const before = await content('p.mjs');
  folder.write({ 'node_modules/some/i.js': '2' });
  expect(await content('p.mjs')).toBe(before);
});

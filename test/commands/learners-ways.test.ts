import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { binary, root, Workspace } from './workspace.ts';

const listens = (port: string) =>
  `const server = createServer((request, response) => response.end()).listen(${port}, '127.0.0.1', () =>
  console.log(JSON.stringify({ event: 'ready', port: Number(process.env.PORT) })));
process.on('SIGTERM', () => server.close());
`;
const importHttp = "import { createServer } from 'node:http';\n";
const requireHttp = "const { createServer } = require('node:http');\n";
const ofEnvironment = 'Number(process.env.PORT)';
const esm = importHttp + listens(ofEnvironment);
const cjs = requireHttp + listens(ofEnvironment);
const typed = (text: string): string =>
  text.replace('(request, response)', '(request: unknown, response: any)');
const module = '{"type":"module"}';
const commonjs = '{"type":"commonjs"}';

/** Every way in which the same small service may be written; a name and the files of its workspace. */
const ways: [string, Record<string, string>][] = [
  ['JavaScript under a manifest of type module', { 'package.json': module, 'exercise-1.js': esm }],
  ['JavaScript under a manifest of type commonjs', { 'package.json': commonjs, 'exercise-1.js': cjs }],
  ['an .mjs under a manifest of type commonjs', { 'package.json': commonjs, 'exercise-1.mjs': esm }],
  ['a .cjs under a manifest of type module', { 'package.json': module, 'exercise-1.cjs': cjs }],
  ['JavaScript modules without a manifest', { 'exercise-1.js': esm }],
  ['CommonJS without a manifest', { 'exercise-1.js': cjs }],
  ['TypeScript under a manifest of type module', { 'package.json': module, 'exercise-1.ts': typed(esm) }],
  [
    'TypeScript in CommonJS under a manifest of that type',
    { 'package.json': commonjs, 'exercise-1.ts': typed(cjs) },
  ],
  [
    'TypeScript with imports under a manifest of type commonjs',
    { 'package.json': commonjs, 'exercise-1.ts': typed(esm) },
  ],
  ['TypeScript in CommonJS without a manifest', { 'exercise-1.ts': typed(cjs) }],
  ['TypeScript with imports without a manifest', { 'exercise-1.ts': typed(esm) }],
  [
    'TypeScript that imports ./lib/port.ts, and from there ../settings.json',
    {
      'package.json': module,
      'exercise-1.ts': `import { port } from './lib/port.ts';\n${importHttp}${typed(listens('port()'))}`,
      'lib/port.ts':
        "import { variable } from '../settings.json';\nexport const port = (): number => Number(process.env[variable]);\n",
      'settings.json': '{"variable":"PORT"}',
    },
  ],
  [
    'TypeScript that imports a file of its own name',
    {
      'exercise-1.ts': `const { port } = require('./lib/exercise-1.ts');\n${requireHttp}${typed(listens('port()'))}`,
      'lib/exercise-1.ts': 'export const port = (): number => Number(process.env.PORT);\n',
    },
  ],
  [
    'JavaScript that imports ./lib/port.js',
    {
      'package.json': module,
      'exercise-1.js': `import { port } from './lib/port.js';\n${importHttp}${listens('port()')}`,
      'lib/port.js': 'export const port = () => Number(process.env.PORT);\n',
    },
  ],
  [
    'CommonJS that requires ./lib/port',
    {
      'exercise-1.cjs': `const { port } = require('./lib/port');\n${requireHttp}${listens('port()')}`,
      'lib/port.js': 'exports.port = () => Number(process.env.PORT);\n',
    },
  ],
];

function write(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

// The folder of every workspace has a space and an accent in its path.
describe('a program that is right passes', () => {
  test.each(ways)('as %s', async (_, files) => {
    using workspace = new Workspace();
    write(workspace.folder, files);
    const { code, stdout, stderr } = await workspace.run('check', '1', '--only', 'starts-and-serves');
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('on a file system that cannot be written', () => {
  // In a mount namespace of its own, which takes its mounts with it. Permissions do not bind the superuser; this does.
  const apart = process.geteuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user'];
  const canMount = spawnSync('unshare', [...apart, 'true']).status === 0;
  const readOnly = (folder: string): string =>
    `mount --bind "${folder}" "${folder}" && mount -o remount,bind,ro "${folder}"`;

  const checkIn = (workspace: Workspace, folder: string, mounts: string): Promise<string> =>
    new Promise((resolve) => {
      const words = `${mounts} && cd "${folder}" && ! touch ../x 2>/dev/null && exec "$0" "$@"`;
      const argv = [binary, 'check', '1', '--only', 'starts-and-serves'];
      execFile(
        'unshare',
        [...apart, 'sh', '-c', words, process.execPath, ...argv],
        { env: workspace.env },
        (error, stdout, stderr) => resolve(`${error?.code ?? 0} ${stdout}${stderr}`),
      );
    });

  test.skipIf(!canMount)('above the workspace, a right program passes', async () => {
    using workspace = new Workspace();
    const mine = join(workspace.folder, 'mine');
    write(mine, { 'exercise-1.ts': typed(esm) });
    const mounts = `mount --bind "${workspace.folder}" "${workspace.folder}" && mount --bind "${mine}" "${mine}" && mount -o remount,bind,ro "${workspace.folder}"`;
    expect(await checkIn(workspace, mine, `${mounts} && touch "${mine}/may-be-written"`)).toMatch(/^0 /);
  });

  test.skipIf(!canMount)('the workspace included, a right program passes', async () => {
    using workspace = new Workspace();
    write(workspace.folder, { 'mine/exercise-1.ts': typed(esm) });
    const mounts = readOnly(workspace.folder);
    expect(await checkIn(workspace, join(workspace.folder, 'mine'), mounts)).toMatch(/^0 /);
  });
});

test('a solution in several files is changed since it passed where any of them is', async () => {
  using workspace = new Workspace();
  const solution = (name: string): string => join(root, 'solutions/exercise-1', name);
  write(workspace.folder, {
    'exercise-1.ts': "import './lib/service.ts';\n",
    'lib/service.ts': `export * from ${JSON.stringify(solution('linear.ts'))};\n`,
  });
  expect((await workspace.run('check', '1')).code).toBe(0);
  const standing = async (): Promise<string> =>
    JSON.parse((await workspace.run('progress', '--json')).stdout).exercises[0].standing;
  expect(await standing()).toBe('passed');
  write(workspace.folder, { 'lib/other.ts': 'export {};\n' });
  expect(await standing()).toBe('passed');
  write(workspace.folder, { 'lib/service.ts': `import ${JSON.stringify(solution('state-machine.ts'))};\n` });
  expect(await standing()).toBe('changed');
});

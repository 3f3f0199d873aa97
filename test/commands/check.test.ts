import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { root, Workspace } from './workspace.ts';

const solution = join(root, 'solutions/exercise-1/linear.ts');
const schema = JSON.parse(readFileSync(join(root, 'schemas/check.schema.json'), 'utf8'));
const validate = new Ajv().compile(schema);

describe('check', () => {
  test('fails the untouched starter, names the missing behaviour, and says how to play it again', async () => {
    using workspace = new Workspace();
    await workspace.run('init', '--lang', 'ts');
    const { code, stdout, stderr } = await workspace.run('check', 'exercise-1');
    expect(code).toBe(1);
    expect(stdout).toMatch(/seen +it was killed by SIGTERM/);
    expect(stdout).toMatch(/why +Every deploy/);
    expect(stdout).toMatch(/proc-course check exercise-1 --seed \d+/);
    expect(stderr).toBe('');
  });

  test('passes a solution, remembers it, and list shows it', async () => {
    using workspace = new Workspace();
    const { code, stdout } = await workspace.run('check', '1', '--file', solution);
    expect(stdout).toMatch(/^Passed: 18 of 18 core checks, 3 of 3 stretch checks/m);
    expect(code).toBe(0);
    expect((await workspace.run('list')).stdout).toMatch(/exercise-1.*✔ passed/);
  });

  test('prints one JSON document that its written schema accepts, with timelines where they are asked for', async () => {
    using workspace = new Workspace();
    const file = workspace.write('exercise-1.mjs', 'console.log("hello")');
    for (const more of [[], ['--verbose']]) {
      const { code, stdout, stderr } = await workspace.run(
        'check',
        'exercise-1',
        '--file',
        file,
        '--json',
        ...more,
      );
      const report = JSON.parse(stdout);
      expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
      expect(report.checks[0].timeline === undefined).toBe(more.length === 0);
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    }
  });

  test('replays the drawn values of a seed', async () => {
    using workspace = new Workspace();
    const settings = async (seed: string): Promise<unknown> => {
      const { stdout } = await workspace.run(
        'check',
        '1',
        '--file',
        solution,
        '--only',
        'starts-and-serves',
        '--seed',
        seed,
        '--json',
        '--verbose',
      );
      return JSON.parse(stdout).checks[0].timeline.events[0].settings;
    };
    expect(await settings('7')).toEqual(await settings('7'));
    expect(await settings('7')).not.toEqual(await settings('8'));
  });

  test('plays only the check, or the point, that is asked for', async () => {
    using workspace = new Workspace();
    const ids = async (only: string): Promise<string[]> => {
      const { stdout, code } = await workspace.run(
        'check',
        '1',
        '--file',
        solution,
        '--only',
        only,
        '--json',
      );
      expect(code).toBe(0);
      return JSON.parse(stdout).checks.map(({ id }: { id: string }) => id);
    };
    expect(await ids('answers-in-flight')).toEqual(['answers-in-flight']);
    expect(await ids('3')).toEqual(['answers-in-flight', 'refuses-new-connections']);
    expect(await ids('half-sent-and-silent')).toEqual(['half-sent-and-silent']);
  });

  test('passing only some checks is not remembered as passing the exercise', async () => {
    using workspace = new Workspace();
    await workspace.run('check', '1', '--file', solution, '--only', '1');
    expect((await workspace.run('list')).stdout).not.toMatch(/✔ passed/);
  });

  test.each([
    [
      'JavaScript',
      'exercise-1.mjs',
      'const port = ;\n',
      /exercise-1\.mjs:1[\s\S]*SyntaxError: Unexpected token/,
    ],
    [
      'CommonJS',
      'exercise-1.cjs',
      'const port = 1;\nconst port = 2;\n',
      /exercise-1\.cjs:2[\s\S]*SyntaxError: Identifier 'port'/,
    ],
    ['TypeScript', 'exercise-1.ts', 'const port: number = ;\n', /exercise-1\.ts:1:22[\s\S]*Unexpected ";"/],
  ])('a syntax error in %s is shown with its own message and line', async (_, name, text, shown) => {
    using workspace = new Workspace();
    workspace.write(name, text);
    const { code, stdout, stderr } = await workspace.run('check', 'exercise-1');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    // A long path is broken at the end of a line.
    expect(stdout.replace(/\n +/g, '')).toMatch(shown);
    expect(stdout).not.toMatch(/ at .*(dist|src)\//);
  });

  test('a TypeScript program may use imports of its own and either module system', async () => {
    using workspace = new Workspace();
    mkdirSync(join(workspace.folder, 'parts'));
    workspace.write('parts/port.ts', 'export const port = (): number => Number(process.env.PORT);\n');
    const serve = (load: string, use: string): string =>
      `${load}\nconst server = ${use}((_request: unknown, response: { end(): void }) => response.end()).listen(port(), '127.0.0.1', () => console.log(JSON.stringify({ event: 'ready', port: port() })));\nprocess.on('SIGTERM', () => server.close());\n`;
    workspace.write(
      'esm.ts',
      serve(
        "import { createServer } from 'node:http';\nimport { port } from './parts/port.ts';",
        'createServer',
      ),
    );
    workspace.write(
      'common.cts',
      serve(
        "const { createServer } = require('node:http');\nconst { port } = require('./parts/port.ts');",
        'createServer',
      ),
    );
    for (const file of ['esm.ts', 'common.cts']) {
      const { code, stdout } = await workspace.run(
        'check',
        '1',
        '--file',
        file,
        '--only',
        'starts-and-serves',
      );
      expect(stdout).toMatch(/^Passed/m);
      expect(code).toBe(0);
    }
  });

  test.each([
    ['a file that is missing', ['exercise-1', '--file', 'missing.ts'], 'There is no file "missing.ts".'],
    ['no file in the folder', ['exercise-1'], 'There is no file for exercise-1'],
    ['a folder for a file', ['exercise-1', '--file', '.'], '"." is not a file.'],
    [
      'a file of another kind',
      ['exercise-1', '--file', 'notes.txt'],
      '"notes.txt" is neither JavaScript nor TypeScript',
    ],
    ['an unknown exercise', ['exercize-1'], 'There is no exercise "exercize-1". The nearest: exercise-1'],
    [
      'an unknown check',
      ['1', '--file', 'notes.mjs', '--only', 'anwsers-in-flight'],
      'The nearest: answers-in-flight',
    ],
    ['a seed that is none', ['1', '--file', 'notes.mjs', '--seed', '-1'], '"-1" is no seed'],
    ['an unknown option', ['1', '--fil', 'x'], "Unknown option '--fil'"],
    ['no exercise', ['--only', '1'], '--only belongs to one exercise, and none is named.'],
  ])('%s is wrong use: one sentence, the next command, exit code 2', async (_, argv, sentence) => {
    using workspace = new Workspace();
    workspace.write('notes.txt', '');
    workspace.write('notes.mjs', '');
    const { code, stdout, stderr } = await workspace.run('check', ...argv);
    expect(stderr).toContain(sentence);
    expect(stderr).toMatch(/^Try: proc-course /m);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('two files for one exercise are not guessed between', async () => {
    using workspace = new Workspace();
    workspace.write('exercise-1.js', '');
    workspace.write('exercise-1.ts', '');
    const { code, stderr } = await workspace.run('check', 'exercise-1');
    expect(stderr).toContain('exercise-1.ts and exercise-1.js');
    expect(code).toBe(2);
  });

  test('Ctrl-C in the middle of a check ends it with 130 and prints no stack', async () => {
    using workspace = new Workspace();
    const { child, ended, prints } = workspace.start('check', '1', '--file', solution);
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    await prints(/✔/);
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 130, signal: null });
    expect(stderr).toBe('');
  });

  test('a reader that goes away ends it quietly', async () => {
    using workspace = new Workspace();
    const { child, ended, prints } = workspace.start('check', '1', '--file', solution);
    await prints(/✔/);
    child.stdout.destroy();
    expect((await ended).signal).toBe(null);
  });

  test('a damaged record of progress is kept aside with a notice, and the verdict stands', async () => {
    using workspace = new Workspace();
    writeFileSync(join(workspace.state, 'progress.json'), '{"schema":1,');
    const { code, stderr } = await workspace.run('check', '1', '--file', solution);
    expect(stderr).toContain('is damaged');
    expect(code).toBe(0);
    expect((await workspace.run('list')).stdout).toMatch(/✔ passed/);
  });
});

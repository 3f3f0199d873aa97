import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';
import { isAlive, processTable } from '../../src/stage/process-table.ts';

const binary = join(import.meta.dirname, '../../bin/proc-course.js');
const folder = mkdtempSync(join(tmpdir(), 'run-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) =>
  execa(process.execPath, [binary, 'run', ...args], {
    cwd: folder,
    reject: false,
    // What is seen in a test is nobody's progress.
    env: { PROC_COURSE_STATE_DIR: folder },
  });

const pidsIn = (text: string): number[] =>
  [...text.matchAll(/started the program, pid (\d+)/g)].map(([, pid]) => Number(pid));

// A zombie is dead, though it can be signalled.
const lives = (pid: number): boolean => isAlive(processTable.readProcess(pid));

describe('run, through a pipe', () => {
  test('plays all scenes by itself and ends with 0 when each showed what it claims', async () => {
    const { stdout, exitCode } = await run('01');
    expect(stdout.split('\n')[0]).toBe('01-signal-basics: A worker that signals stop, reload and ask');
    expect(stdout.match(/^── Scene \d+ of \d+, /gm)?.length).toBeGreaterThan(4);
    expect(stdout).toMatch(/(\d+) of \1 scenes showed what they claim\.$/);
    expect(exitCode).toBe(0);
    expect(pidsIn(stdout).filter(lives)).toEqual([]);
  });

  test('marks each line of the program by its stream, and what we did as ours', async () => {
    const { stdout } = await run('01', '--scene', '1');
    const told = stdout.split('\n').filter((line) => /^ *\d+ ms /.test(line));
    expect(told.length).toBeGreaterThan(5);
    for (const line of told) expect(line).toMatch(/^ *\d+ ms +(stdout │|stderr │|▸|■) /);
    expect(told.filter((line) => line.includes('{"event"'))).toEqual(
      told.filter((line) => line.includes('stdout │')),
    );
    expect(stdout).toMatch(/▸ sent SIGTERM/);
    expect(stdout).toMatch(/■ the program ended with exit code 0/);
    for (const line of stdout.split('\n').slice(2)) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('writes a page with a picture of each scene that was played', async () => {
    const { exitCode, stderr } = await run('01', '--scene', '2', '--html', 'scene.html');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'The timelines are in scene.html.' });
    const page = readFileSync(join(folder, 'scene.html'), 'utf8');
    expect(page.match(/<svg /g)).toHaveLength(1);
    expect(page).toContain('Scene 2: ');
  });

  test('leaves a file that is no page of ours as it is, plays nothing for it, and writes its own page anew', async () => {
    const file = join(folder, 'mine.txt');
    writeFileSync(file, 'what I noted\n');
    const refused = await run('01', '--scene', '1', '--html', 'mine.txt');
    expect(refused.stderr).toContain('"mine.txt" is there already and is no page of this course');
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(readFileSync(file, 'utf8')).toBe('what I noted\n');
    await run('01', '--scene', '1', '--html', 'again.html');
    expect((await run('01', '--scene', '3', '--html', 'again.html')).exitCode).toBe(0);
    expect(readFileSync(join(folder, 'again.html'), 'utf8')).toContain('Scene 3: ');
  });

  test('does not wait at a pipe for what it may hold', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const refused = await run('01', '--scene', '1', '--html', 'pipe');
    expect(refused.stderr).toContain('"pipe" is there already and is no page of this course');
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
  });

  test('writes no page under the name of a program', async () => {
    const refused = await run('01', '--scene', '1', '--html', 'exercise-1.js');
    expect(refused.stderr).toContain('"exercise-1.js" is the name of a program');
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(existsSync(join(folder, 'exercise-1.js'))).toBe(false);
  });

  test('says in a sentence that a page cannot be written, and why', async () => {
    const { exitCode, stderr } = await run('01', '--scene', '1', '--html', 'no/folder/scene.html');
    expect(stderr).toBe(
      'The page cannot be written to "no/folder/scene.html": there is no such folder.\nTry: proc-course run 01-signal-basics --html timeline.html',
    );
    expect(exitCode).toBe(2);
  });

  test('asks for the same values again where the seed is the same', async () => {
    // What is drawn with draw.token() alone, and is not stretched on a busy machine.
    const id = async (): Promise<string | undefined> =>
      /&id=\w+/.exec((await run('02', '--scene', '3', '--seed', '7')).stdout)?.[0];
    const first = await id();
    expect(first).toBeDefined();
    expect(await id()).toBe(first);
  });

  test('gives the arguments after -- to the example', async () => {
    const { stdout, exitCode } = await run('01', '--scene', '11', '--', '--name', 'worker-7');
    expect(stdout).toContain('"name":"worker-7"');
    expect(exitCode).toBe(0);
  });

  test('ends with 1 when a scene did not show what it claims', async () => {
    const { stdout, exitCode } = await run('01', '--scene', '1', '--', '--no-such-flag');
    expect(stdout).toContain('Only 0 of 1 scenes showed what they claim.');
    expect(stdout).toMatch(/^ +proc-course run 01-signal-basics --scene 1 --seed \d+ -- --no-such-flag$/m);
    expect(exitCode).toBe(1);
  });

  test.each([
    [['gracefull'], '"gracefull"', '02-graceful-shutdown'],
    [['01', '--scene', '99'], '"99"', 'proc-course run 01-signal-basics --scene 1'],
    [['01', '--seed', 'x'], '"x"', 'proc-course run 01-signal-basics --seed 1'],
  ])('run %j is wrong use: it names the value, and what can be typed', async (args, value, next) => {
    const { stdout, stderr, exitCode } = await run(...args);
    expect(stderr).toContain(value);
    expect(stderr).toContain(next);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  test.each(['0', 'fast'])('a time scale of "%s" is wrong use', async (scale) => {
    const env = { PROC_COURSE_TIME_SCALE: scale };
    const { stderr, exitCode } = await execa(process.execPath, [binary, 'run', '01', '--scene', '1'], {
      cwd: folder,
      reject: false,
      env,
    });
    expect(stderr).toContain(`PROC_COURSE_TIME_SCALE is "${scale}"`);
    expect(stderr).toContain('unset PROC_COURSE_TIME_SCALE');
    expect(exitCode).toBe(2);
  });

  test('is interrupted with 130, and leaves nobody', async () => {
    const tool = run('02', '--auto');
    let seen = '';
    tool.stdout.on('data', (text) => {
      seen += text;
    });
    while (!seen.includes('"event":"ready"')) await once(tool.stdout, 'data');
    tool.kill('SIGINT');
    expect((await tool).exitCode).toBe(130);
    expect(pidsIn(seen)).not.toEqual([]);
    expect(pidsIn(seen).filter(lives)).toEqual([]);
  });
});

const deadlineMs = 30_000;
const betweenLooksMs = 50;

/** A real terminal of 80 by 24 in which the tool runs, and behind it a shell that tells how it ended. */
class Terminal implements Disposable {
  readonly #server = `run-test-${process.pid}-${Math.random().toString(36).slice(2)}`;

  constructor(args: string) {
    const then = 'echo "code $?"; stty -a | grep -wo -- "-*icanon"; cat';
    const command = `exec env -u CI PROC_COURSE_STATE_DIR='${folder}' bash -c '"${process.execPath}" "${binary}" run ${args}; ${then}'`;
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      '80',
      '-y',
      '24',
      '-s',
      'it',
      '-c',
      folder,
      command,
    );
    this.#tmux('set-option', '-g', 'history-limit', '5000');
  }

  press(...keys: string[]): void {
    this.#tmux('send-keys', '-t', 'it', ...keys);
  }

  /** All that was written, the part above the screen included. */
  text(): string {
    return this.#tmux('capture-pane', '-p', '-J', '-S', '-2000', '-t', 'it');
  }

  async shows(sign: RegExp): Promise<void> {
    const giveUpAt = performance.now() + deadlineMs;
    while (!sign.test(this.text())) {
      if (performance.now() > giveUpAt) throw new Error(`${sign} never came. Seen:\n${this.text()}`);
      await delay(betweenLooksMs);
    }
  }

  [Symbol.dispose](): void {
    this.#tmux('kill-server');
  }

  #tmux(...args: string[]): string {
    return execFileSync('tmux', ['-L', this.#server, ...args], { encoding: 'utf8' });
  }
}

const hasTmux = spawnSync('tmux', ['-V']).status === 0;

describe.skipIf(!hasTmux)('run, on a terminal', () => {
  test('puts the program into the hands of the learner', async () => {
    using terminal = new Terminal('02');
    await terminal.shows(/keys {2}t TERM/);
    await terminal.shows(/"event":"ready"/);
    terminal.press('d');
    await terminal.shows(/got status 200 for "d1"/);
    terminal.press('t');
    await terminal.shows(/the program ended with exit code 0/);
    terminal.press('d');
    await terminal.shows(/The program is over; r starts it again\./);
    terminal.press('r');
    await terminal.shows(/"event":"ready"[\s\S]*"event":"ready"/);
    terminal.press('k');
    await terminal.shows(/the program was killed by SIGKILL/);
    terminal.press('n');
    await terminal.shows(/Scene 1 of \d+[\s\S]*✔[\s\S]*keys {2}t TERM[\s\S]*"event":"ready"/);
    terminal.press('q');
    await terminal.shows(/code 0\s+icanon/);
    expect(pidsIn(terminal.text())).toHaveLength(4);
    expect(pidsIn(terminal.text()).filter(lives)).toEqual([]);
  });

  test('is left by Ctrl-C with 130, the terminal as it was and the program ended', async () => {
    using terminal = new Terminal('01');
    await terminal.shows(/"event":"job.start"/);
    terminal.press('C-c');
    await terminal.shows(/code 130\s+icanon/);
    expect(pidsIn(terminal.text()).filter(lives)).toEqual([]);
  });

  test('gives the terminal back when it is told to end by a signal', async () => {
    using terminal = new Terminal('01');
    await terminal.shows(/"event":"job.start"/);
    const [example] = pidsIn(terminal.text());
    const tool = processTable.readProcess(example as number)?.ppid as number;
    expect(tool).toBeGreaterThan(1);
    process.kill(tool, 'SIGTERM');
    await terminal.shows(/code 130\s+icanon/);
    expect(pidsIn(terminal.text()).filter(lives)).toEqual([]);
  });

  test('with --auto plays all scenes by itself, and Ctrl-C ends that too', async () => {
    using terminal = new Terminal('01 --auto');
    await terminal.shows(/Scene 2 of/);
    terminal.press('C-c');
    await terminal.shows(/code 130\s+icanon/);
    expect(pidsIn(terminal.text()).filter(lives)).toEqual([]);
  });
});

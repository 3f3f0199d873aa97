import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openTheatre } from '../../src/stage/stage.ts';
import { fixture, lives, livingWith, markOf, ourGuards, pidsIn, seen } from './on-stage.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  expect(ourGuards()).toEqual([]);
});

describe('a stage', () => {
  test('two programs share its folder and its timeline, and each has its name', async () => {
    await using theatre = await openTheatre();
    const stage = await theatre.openStage();
    const first = stage.start({ ...fixture('prints-a-line-and-waits'), app: 'first' });
    const second = stage.start({
      ...fixture('exits-with-the-code-it-is-given', { CODE: '3' }),
      app: 'second',
    });
    await Promise.all([first.says('waiting'), second.gone()]);
    await stage.end('the scenario was over');
    expect(seen(stage, 'ended').map(({ app, code }) => [app, code])).toEqual([
      ['second', 3],
      ['first', null],
    ]);
  });

  test('two stages have a folder each, and the end of one leaves the other alone', async () => {
    await using theatre = await openTheatre();
    const [one, other] = [await theatre.openStage(), await theatre.openStage()];
    const [first, second] = [one, other].map((stage) => stage.start(fixture('prints-a-line-and-waits')));
    await Promise.all([first?.says('waiting'), second?.says('waiting')]);
    await one[Symbol.asyncDispose]();
    expect(existsSync(one.folder)).toBe(false);
    expect([first, second].map((app) => lives(app?.pid ?? 0))).toEqual([false, true]);
    expect(other.folder).not.toBe(one.folder);
  });

  test('that is closed starts nobody, and may be closed again', async () => {
    await using theatre = await openTheatre();
    const stage = await theatre.openStage();
    await stage[Symbol.asyncDispose]();
    await stage[Symbol.asyncDispose]();
    expect(() => stage.start(fixture('prints-a-line-and-waits'))).toThrow('The stage is closed.');
    expect(seen(stage, 'started')).toEqual([]);
  });

  test('a file that does not exist is a program that fails, in the words of Node', async () => {
    await using theatre = await openTheatre();
    const stage = await theatre.openStage();
    await stage.start({ file: '/nowhere/program.js', settings: {} }).gone();
    expect(seen(stage, 'ended')).toMatchObject([{ code: 1 }]);
    expect(stage.log.events.some((event) => event.kind === 'line' && event.text.includes('/nowhere'))).toBe(
      true,
    );
  });
});

describe('a theatre', () => {
  test('leaves no process, no folder and no guard when it is closed', async () => {
    const theatre = await openTheatre();
    const [guard = 0] = ourGuards();
    const token = markOf(guard)?.slice(0, -'guard'.length) ?? '';
    const stage = await theatre.openStage();
    const programs = ['prints-a-line-and-waits', 'leaves-a-helper-without-an-environment'].map((name) =>
      stage.start({ ...fixture(name), app: name, afterExit: 'watch' }),
    );
    await Promise.all([programs[0]?.says('waiting'), programs[1]?.gone()]);
    expect(livingWith(token)).toContain(programs[0]?.pid);
    await theatre[Symbol.asyncDispose]();
    expect(livingWith(token)).toEqual([]);
    expect(pidsIn(stage).filter(lives)).toEqual([]);
    expect(existsSync(theatre.folder)).toBe(false);
    expect(lives(guard)).toBe(false);
  });

  test('that is closed opens no stage, also where one was being opened', async () => {
    const theatre = await openTheatre();
    const opening = theatre.openStage().then(
      () => 'opened',
      () => 'not opened',
    );
    await theatre[Symbol.asyncDispose]();
    expect(await opening).toBe('not opened');
    await expect(theatre.openStage()).rejects.toThrow('The theatre is closed.');
  });

  test('that cannot have its folder leaves no guard behind', async () => {
    vi.stubEnv('TMPDIR', '/dev/null/no-folder');
    await expect(openTheatre()).rejects.toThrow('ENOTDIR');
    expect(ourGuards()).toEqual([]);
  });
});

describe('the guard', () => {
  const tool = fileURLToPath(new URL('./opens-a-theatre-and-waits.ts', import.meta.url));
  const programs = [
    'prints-a-line-and-waits',
    'ignores-every-signal',
    'leaves-a-helper-in-its-own-session',
    'leaves-a-helper-whose-parent-ended',
    'leaves-a-helper-without-an-environment',
  ].map((name) => fixture(name).file);

  test('a SIGKILL to the tool leaves nobody within two seconds, and no folder', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', tool, ...programs], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await new Promise<string[]>((resolve) =>
      createInterface({ input: child.stdout }).once('line', (text) => resolve([text])),
    );
    const { folder, pids, lines } = JSON.parse(line ?? '') as {
      folder: string;
      pids: number[];
      lines: string[];
    };
    const token = markOf(pids[0] ?? 0)?.replace(/\d+\.\d+\.$/, '') ?? '';
    const helpers = lines.flatMap((text) => (text.includes('"pid"') ? [JSON.parse(text).pid as number] : []));
    expect(helpers.filter(lives)).toHaveLength(3);
    expect(readdirSync(folder)).toHaveLength(1);

    const killedAt = performance.now();
    child.kill('SIGKILL');
    const everybody = [...pids, ...helpers];
    const isDone = () => !everybody.some(lives) && livingWith(token).length === 0 && !existsSync(folder);
    await vi.waitUntil(isDone, { timeout: 8_000, interval: 20 });
    expect(performance.now() - killedAt).toBeLessThan(2_000);
  });
});

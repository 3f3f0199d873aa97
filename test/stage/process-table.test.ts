import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { descendantsOf, isAlive, type ProcessRow } from '../../src/stage/process-table.ts';
import * as linux from '../../src/stage/process-table-linux.ts';
import * as posix from '../../src/stage/process-table-ps.ts';

// The shell starts a child that it does not wait for, so that the child is a zombie once it has ended.
const leavesAZombie = 'sleep 0 & echo "$!"; exec sleep 60';

let parent: ChildProcess;
let zombie = 0;

beforeAll(async () => {
  parent = spawn('sh', ['-c', leavesAZombie], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, MARK: 'mark-of-the-process-table' },
    cwd: '/usr',
  });
  const [text] = (await once(parent.stdout as NonNullable<typeof parent.stdout>, 'data')) as [Buffer];
  zombie = Number(text.toString());
  await vi.waitUntil(() => linux.readProcess(zombie)?.state === 'Z', { timeout: 8_000, interval: 10 });
  await vi.waitUntil(() => linux.readProcess(parent.pid ?? 0)?.command === 'sleep', { timeout: 8_000 });
});
afterAll(async () => {
  parent.kill('SIGKILL');
  await once(parent, 'close');
});

describe.each([
  ['as /proc tells it', linux],
  ['as ps tells it', posix],
])('the process table %s', (_, table) => {
  test('shows a process with its parent, group, state, command and figures', () => {
    const row = table.readProcess(parent.pid ?? 0);
    expect(row).toMatchObject({ pid: parent.pid, ppid: process.pid, state: 'S', command: 'sleep' });
    expect(row?.pgid).toBe(table.readProcess(process.pid)?.pgid);
    expect(row?.rssMB).toBeGreaterThan(0);
    expect(row?.cpuMs).toBeGreaterThanOrEqual(0);
  });

  test('shows a zombie as dead, which a signal of 0 would not', () => {
    const row = table.readProcess(zombie);
    expect(row?.state).toBe('Z');
    expect(isAlive(row)).toBe(false);
    expect(process.kill(zombie, 0)).toBe(true);
  });

  test('shows nothing of a process that there is not', () => {
    expect(table.readProcess(2 ** 22 + 1)).toBeUndefined();
    expect(isAlive(undefined)).toBe(false);
    expect(table.childPidsOf(2 ** 22 + 1)).toEqual([]);
  });

  test('lists this process, its child and its grandchild', () => {
    const pids = table.listProcesses().map(({ pid }) => pid);
    expect(pids).toEqual(expect.arrayContaining([process.pid, parent.pid, zombie]));
    expect(table.childPidsOf(parent.pid ?? 0)).toEqual([zombie]);
    expect(table.childPidsOfMainThread(parent.pid ?? 0)).toEqual([zombie]);
  });

  test('lists those that are not older than another, each time', () => {
    const since = table.readProcess(parent.pid ?? 0);
    for (let look = 0; look < 2; look += 1) {
      const pids = table.listProcesses(since).map(({ pid }) => pid);
      expect(pids).toContain(parent.pid);
      expect(pids).not.toContain(1);
    }
  });

  test('knows who is older', () => {
    const init = table.readProcess(1);
    const row = table.readProcess(parent.pid ?? 0);
    expect(table.isOlder(init as ProcessRow, row)).toBe(true);
    expect(table.isOlder(row as ProcessRow, init)).toBe(false);
    expect(table.isOlder(row as ProcessRow, row)).toBe(false);
    expect(table.isOlder(row as ProcessRow, undefined)).toBe(false);
  });

  test('finds the living descendants, and leaves the dead out', () => {
    const rows = table.listProcesses();
    expect(descendantsOf(process.pid, rows).map(({ pid }) => pid)).toContain(parent.pid);
    expect(descendantsOf(parent.pid ?? 0, rows)).toEqual([]);
  });
});

describe('both tables', () => {
  test('agree about a process that rests', () => {
    const pick = (row?: ProcessRow) => row && { ...row, startedAt: '', rssMB: 0, cpuMs: 0 };
    expect(pick(posix.readProcess(parent.pid ?? 0))).toEqual(pick(linux.readProcess(parent.pid ?? 0)));
    const rssMB = ({ readProcess }: Pick<typeof linux, 'readProcess'>) =>
      readProcess(parent.pid ?? 0)?.rssMB ?? 0;
    // Each counts in units of its own, so that a rounded figure may fall to either side.
    expect(Math.abs(rssMB(posix) - rssMB(linux))).toBeLessThan(0.5);
  });

  test('agree about CPU time to the second', () => {
    const [one, other] = [posix.readProcess(process.pid), linux.readProcess(process.pid)];
    expect(Math.abs(Number(one?.cpuMs) - Number(other?.cpuMs))).toBeLessThan(1_500);
  });
});

describe('what only /proc shows', () => {
  test('an environment is searched for a text', () => {
    const rows = linux.listProcesses().filter(({ pid }) => pid === process.pid || pid === parent.pid);
    expect(linux.findByEnvironment('mark-of-the-process-table', rows)).toEqual([parent.pid]);
    expect(posix.findByEnvironment('mark-of-the-process-table', rows)).toEqual([]);
  });

  test('an environment that was seen once is remembered, and not for another process of the same pid', async () => {
    // The shell's child drops its environment after its first line, by becoming another program.
    const changes = 'printf "%s\\n" "$$"; read word; exec env -i sleep 60';
    const shell = spawn('sh', ['-c', `(exec sh -c '${changes}') <&0`], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, MARK: 'mark-that-is-dropped' },
      detached: true,
    });
    try {
      const [text] = (await once(shell.stdout, 'data')) as [Buffer];
      const row = () => linux.readProcess(Number(text)) as ProcessRow;
      expect(linux.findByEnvironment('mark-that-is-dropped', [row()])).toEqual([Number(text)]);
      shell.stdin.end('\n');
      await vi.waitUntil(() => row().command === 'sleep', { timeout: 8_000, interval: 10 });
      expect(linux.findByEnvironment('mark-that-is-dropped', [row()])).toEqual([Number(text)]);
      const other = { ...row(), startedAt: '1' };
      expect(linux.findByEnvironment('mark-that-is-dropped', [other])).toEqual([]);
    } finally {
      process.kill(-(shell.pid as number), 'SIGKILL');
      await once(shell, 'close');
    }
  });

  test('a folder finds who works in it or below it, and not who works beside it', () => {
    const pids = [parent.pid ?? 0];
    expect(linux.findByFolder('/usr', pids)).toEqual(pids);
    expect(linux.findByFolder('/us', pids)).toEqual([]);
    expect(linux.findByFolder('/usr/bin', pids)).toEqual([]);
    expect(posix.findByFolder('/usr', pids)).toEqual([]);
  });
});

describe('a line of ps', () => {
  test('of macOS is read', () => {
    const line = '  501     1   501 Ss    12288   0:01.50 Mon Nov 23 20:00:00 2026     /usr/local/bin/node';
    expect(posix.parseRow(line)).toEqual({
      pid: 501,
      ppid: 1,
      pgid: 501,
      state: 'S',
      startedAt: 'Mon Nov 23 20:00:00 2026',
      command: '/usr/local/bin/node',
      cpuMs: 1_500,
      rssMB: 12,
    });
  });

  test('of macOS with a day of one digit and a command with spaces is read', () => {
    const line = '99999 88888 99999 R+ 1024 61:02.03 Thu Jan  1 00:00:09 2026 /Applications/A B/node worker';
    expect(posix.parseRow(line)).toMatchObject({
      state: 'R',
      command: '/Applications/A B/node worker',
      cpuMs: (61 * 60 + 2) * 1_000 + 30,
      startedAt: 'Thu Jan  1 00:00:09 2026',
    });
  });

  test.each([
    ['00:00:07', 7_000],
    ['01:00:00', 3_600_000],
    ['2-03:04:05', ((2 * 24 + 3) * 3_600 + 4 * 60 + 5) * 1_000],
    ['0:00.01', 10],
  ])('with a CPU time of %s means %i ms', (time, cpuMs) => {
    expect(posix.parseRow(`1 0 1 S 0 ${time} Mon Nov 23 20:00:00 2026 init`)?.cpuMs).toBe(cpuMs);
  });

  test('of a zombie is a dead process', () => {
    const row = posix.parseRow('7 1 7 Z+ 0 0:00.00 Mon Nov 23 20:00:00 2026 (node)');
    expect(isAlive(row)).toBe(false);
  });

  test.each(['', 'ps: illegal option', '1 2 3'])('that is none is left out: "%s"', (line) => {
    expect(posix.parseRow(line)).toBeUndefined();
  });
});

const python = ['/usr/bin/python3', '/usr/local/bin/python3'].find((file) => existsSync(file));

// Node has no way to end its main thread alone.
test.skipIf(python === undefined || process.platform !== 'linux')(
  'a process whose main thread is over is alive as long as another one runs',
  async () => {
    const endsItsMainThread = `
import ctypes, threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
ctypes.CDLL(None).pthread_exit(None)`;
    const child = spawn(python ?? '', ['-c', endsItsMainThread], { stdio: 'ignore' });
    const stat = () => readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ').at(-1)?.[0];
    await vi.waitUntil(() => stat() === 'Z', { timeout: 8_000, interval: 10 });
    expect(isAlive(linux.readProcess(child.pid ?? 0))).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(isAlive(linux.readProcess(child.pid ?? 0))).toBe(false);
  },
);

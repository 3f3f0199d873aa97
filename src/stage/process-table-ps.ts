import { execFileSync } from 'node:child_process';
import type { ProcessRow } from './process-table.ts';

// For macOS and the BSDs, which have no /proc. Windows has neither and is told so by its caller.
const columns = ['pid', 'ppid', 'pgid', 'stat', 'rss', 'time', 'lstart', 'comm'];

export function readProcess(pid: number): ProcessRow | undefined {
  return runPs(['-p', String(pid)])[0];
}

export function listProcesses(since?: ProcessRow): ProcessRow[] {
  return runPs(['-A']).filter((row) => !isOlder(row, since));
}

/** `ps -E` shows environments of one's own processes on macOS; elsewhere nothing is found. */
export function findByEnvironment(text: string, rows: readonly ProcessRow[]): number[] {
  if (process.platform !== 'darwin') return [];
  return ps(['-A', '-E', '-ww', '-o', 'pid=,command='])
    .filter((line) => line.includes(text))
    .map((line) => Number.parseInt(line, 10))
    .filter((pid) => rows.some((row) => row.pid === pid));
}

export function findByFolder(_folder: string, _pids: readonly number[]): number[] {
  return [];
}

/** `lstart` has whole seconds only. */
export function isOlder(row: ProcessRow, other: ProcessRow | undefined): boolean {
  return other !== undefined && Date.parse(row.startedAt) < Date.parse(other.startedAt);
}

export const childPidsOfMainThread = (pid: number): number[] => childPidsOf(pid);

export function childPidsOf(pid: number): number[] {
  return listProcesses()
    .filter((row) => row.ppid === pid)
    .map((row) => row.pid);
}

function runPs(selection: string[]): ProcessRow[] {
  const format = columns.flatMap((column) => ['-o', `${column}=`]);
  return ps([...selection, ...format]).flatMap((line) => parseRow(line) ?? []);
}

function ps(argv: string[]): string[] {
  try {
    const text = execFileSync('ps', argv, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, LC_ALL: 'C' },
    });
    return text.split('\n').filter((line) => line.trim() !== '');
  } catch {
    return [];
  }
}

/** Reads one line of our `ps` format; `lstart` is five words such as "Mon Nov 23 20:00:00 2026". */
export function parseRow(line: string): ProcessRow | undefined {
  const match =
    /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\d+)\s+(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/.exec(line);
  if (!match) return undefined;
  const [, pid, ppid, pgid, stat = '', rss, time = '', startedAt = '', command = ''] = match;
  return {
    pid: Number(pid),
    ppid: Number(ppid),
    pgid: Number(pgid),
    state: stat.charAt(0),
    startedAt,
    command,
    cpuMs: parseCpuTimeMs(time),
    rssMB: Number(rss) / 1024,
  };
}

/** `[dd-]hh:mm:ss` on Linux, `mm:ss.cc` on macOS. */
function parseCpuTimeMs(text: string): number {
  const [clock = '', days = '0'] = text.split('-').reverse();
  const seconds = clock.split(':').reduce((total, part) => total * 60 + Number(part), 0);
  return Math.round((Number(days) * 86_400 + seconds) * 1000);
}

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { ProcessRow } from './process-table.ts';

// USER_HZ, the unit of /proc/PID/stat's times, is 100 on every Linux that Node is built for.
const tickMs = 10;

export function readProcess(pid: number): ProcessRow | undefined {
  const row = readStat(pid);
  return row && { ...row, rssMB: residentMB(pid) };
}

export function listProcesses(): ProcessRow[] {
  return allPids().flatMap((pid) => readStat(pid) ?? []);
}

export function findByEnvironment(text: string, pids: readonly number[]): number[] {
  return pids.filter((pid) => readProc(pid, 'environ')?.includes(text));
}

export function findByFolder(folder: string, pids: readonly number[]): number[] {
  return pids.filter((pid) => {
    const cwd = workingFolderOf(pid);
    return (
      cwd !== undefined && (cwd === folder || cwd.startsWith(`${folder}/`) || cwd === `${folder} (deleted)`)
    );
  });
}

/** Start times are clock ticks since the machine's boot. */
export function isOlder(row: ProcessRow, other: ProcessRow | undefined): boolean {
  return other !== undefined && Number(row.startedAt) < Number(other.startedAt);
}

function workingFolderOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

/** The kernel's own list, by thread: two small reads instead of the whole table. */
export function childPidsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      (readProc(pid, `task/${thread}/children`) ?? '').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function allPids(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

function readStat(pid: number): ProcessRow | undefined {
  const stat = readProc(pid, 'stat');
  if (!stat) return undefined;
  // The command stands in parentheses and may itself hold spaces and parentheses.
  const commandEnd = stat.lastIndexOf(')');
  const command = stat.slice(stat.indexOf('(') + 1, commandEnd);
  const fields = stat.slice(commandEnd + 2).split(' ');
  const field = (number: number): string => fields[number - 3] ?? '';
  return {
    pid,
    ppid: Number(field(4)),
    pgid: Number(field(5)),
    state: field(3),
    startedAt: field(22),
    command,
    cpuMs: (Number(field(14)) + Number(field(15))) * tickMs,
    rssMB: 0,
  };
}

function residentMB(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readProc(pid, 'status') ?? '')?.[1];
  return Number(kilobytes ?? 0) / 1024;
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return undefined;
  }
}

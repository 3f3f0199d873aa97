import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import type { ProcessRow } from './process-table.ts';

// USER_HZ, the unit of /proc/PID/stat's times, is 100 on every Linux that Node is built for.
const tickMs = 10;

export function readProcess(pid: number): ProcessRow | undefined {
  const row = readStat(pid);
  return row && { ...row, rssMB: residentMB(pid) };
}

export function listProcesses(since?: ProcessRow): ProcessRow[] {
  if (since === undefined) return allPids().flatMap((pid) => readStat(pid) ?? []);
  if (older.than !== since.startedAt) older = { than: since.startedAt, pids: new Map() };
  const nowMs = performance.now();
  return allPids().flatMap((pid) => {
    if ((older.pids.get(pid) ?? 0) > nowMs) return [];
    const row = readStat(pid);
    if (row === undefined || !isOlder(row, since)) return row ?? [];
    older.pids.set(pid, nowMs + olderForMs);
    return [];
  });
}

// A pid is given out again when all others were, and no machine starts so many processes in this time.
const olderForMs = 1_000;
/** Until when these need not be read again: they began before a process that does not change. */
let older: { than: string; pids: Map<number, number> } = { than: '', pids: new Map() };

export function findByEnvironment(text: string, rows: readonly ProcessRow[]): number[] {
  if (environments.size > 2 * rows.length + 100) environments.clear();
  return rows.filter((row) => environmentOf(row).includes(text)).map(({ pid }) => pid);
}

const environments = new Map<number, { startedAt: string; text: string }>();

/** Read once: who clears its environment later, or starts another program in its place, is still who it was. */
function environmentOf({ pid, ppid, startedAt }: ProcessRow): string {
  const known = environments.get(pid);
  if (known?.startedAt === startedAt) return known.text;
  const text = readProc(pid, 'environ') ?? '';
  // A child of ours is a copy of ourselves for a moment, with our environment.
  if (text !== '' && ppid !== process.pid) environments.set(pid, { startedAt, text });
  return text;
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

const chunk = Buffer.allocUnsafe(32 * 1024);

/** By hand, because it is called for hundreds of files a look: half the time of readFileSync. */
function readProc(pid: number, file: string): string | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(`/proc/${pid}/${file}`, 'r');
    let text = '';
    for (let bytes = readSync(descriptor, chunk); bytes > 0; bytes = readSync(descriptor, chunk))
      text += chunk.toString('latin1', 0, bytes);
    return text;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

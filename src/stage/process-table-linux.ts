import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import type { ProcessRow } from './process-table.ts';

// USER_HZ, the unit of /proc/PID/stat's times, is 100 on every Linux that Node is built for.
const tickMs = 10;

export function readProcess(pid: number): ProcessRow | undefined {
  return readStat(pid);
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

/** A Node process starts its children from its main thread unless it has worker threads. One small read. */
export const childPidsOfMainThread = (pid: number): number[] => childPidsOfThread(pid, pid);

const childPidsOfThread = (pid: number, thread: number | string): number[] =>
  (readProc(pid, `task/${thread}/children`) ?? '').split(' ').filter(Boolean).map(Number);

/** The kernel's own list, by thread: a small read each instead of the whole table. */
export function childPidsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) => childPidsOfThread(pid, thread));
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
    // Its main thread may be over while others still end, and with them its sockets: that is not dead yet.
    state: field(3) === 'Z' && Number(field(20)) > 1 ? 'R' : field(3),
    startedAt: field(22),
    command,
    cpuMs: (Number(field(14)) + Number(field(15))) * tickMs,
    rssMB: Number(field(24)) * pageMB,
  };
}

/** stat counts resident memory in pages, whose size only a second figure tells: 4 kB mostly, and always a power of two. */
function measurePageMB(): number {
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(readProc(process.pid, 'status') ?? '')?.[1]);
  const pages = Number((readProc(process.pid, 'stat') ?? '').split(') ').at(-1)?.split(' ')[24 - 3]);
  const pageKB = kilobytes > 0 && pages > 0 ? 2 ** Math.round(Math.log2(kilobytes / pages)) : 4;
  return pageKB / 1024;
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

const pageMB = measurePageMB();

import * as linux from './process-table-linux.ts';
import * as posix from './process-table-ps.ts';

/** One row of the operating system's process table. */
export interface ProcessRow {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  /** POSIX letter: R, S, D, T, Z ... A zombie (Z) is dead and only waits for somebody to read its exit code. */
  readonly state: string;
  /** Tells two processes apart that had the same pid one after the other. */
  readonly startedAt: string;
  readonly command: string;
  /** User and system time since the start, in milliseconds; Linux counts it in steps of 10 ms. */
  readonly cpuMs: number;
  readonly rssMB: number;
}

/** How one platform reads its process table. */
export interface ProcessTable {
  /** One process, or undefined where there is none of that pid. */
  readProcess(pid: number): ProcessRow | undefined;
  /** All processes, or those that are not older than `since`. Rows may carry no `rssMB`. */
  listProcesses(since?: ProcessRow): ProcessRow[];
  /** The pids of `rows` whose environment holds `text`; none where the platform does not show environments. */
  findByEnvironment(text: string, rows: readonly ProcessRow[]): number[];
  /** Those of `pids` whose working directory is `folder` or lies in it; none where that cannot be seen. */
  findByFolder(folder: string, pids: readonly number[]): number[];
  /** True where `row` began before the process `other` did, so that it cannot descend from it. */
  isOlder(row: ProcessRow, other: ProcessRow | undefined): boolean;
  /** Those of a process's children that its main thread has started: cheaper, for looks that are repeated. */
  childPidsOfMainThread(pid: number): number[];
  /** A process's children at this moment. */
  childPidsOf(pid: number): number[];
}

export const processTable: ProcessTable = process.platform === 'linux' ? linux : posix;

/** Alive means able to run again. `kill(pid, 0)` would say so of a zombie too. */
export const isAlive = (row: ProcessRow | undefined): row is ProcessRow =>
  row !== undefined && row.state !== 'Z' && row.state !== 'X';

/** Living processes that descend from `root`, without it, by the chain of parents. */
export function descendantsOf(
  root: number,
  rows: readonly ProcessRow[] = processTable.listProcesses(),
): ProcessRow[] {
  const byParent = new Map<number, ProcessRow[]>();
  for (const row of rows) byParent.set(row.ppid, [...(byParent.get(row.ppid) ?? []), row]);
  const found: ProcessRow[] = [];
  const queue = [root];
  for (let pid = queue.shift(); pid !== undefined; pid = queue.shift()) {
    for (const child of byParent.get(pid) ?? []) {
      found.push(child);
      queue.push(child.pid);
    }
  }
  return found.filter(isAlive);
}

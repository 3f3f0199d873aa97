import { limits, treeLookEveryMs } from './limits.ts';
import { isAlive, type ProcessRow, processTable } from './process-table.ts';

interface Watched {
  /** Filled with every descendant that is seen: pid and start time. */
  readonly seen: Map<number, string>;
  onNew(row: ProcessRow): void;
  /** Called once for each descendant that was seen and is not alive any more. */
  onGone(row: ProcessRow): void;
  /** Called where a limit is reached, with a sentence about the program. */
  onLimit(text: string): void;
}

export interface TreeWatch {
  /** Looks at once, without waiting for the next time. */
  look(): void;
  stop(): void;
}

/** Looks at a program's tree again and again until it is told to stop. */
export function watchTree(root: number, { seen, onNew, onGone, onLimit }: Watched): TreeWatch {
  let living = new Map<number, ProcessRow>();
  const look = (): void => {
    const before = living;
    living = new Map();
    let residentMB = 0;
    let processes = 0;
    const met = new Set<number>();
    const visit = (pid: number, startedAt?: string): void => {
      const row = met.has(pid) || processes > limits.processes ? undefined : processTable.readProcess(pid);
      // A pid that was seen before may by now belong to a stranger.
      if (!isAlive(row) || (startedAt !== undefined && row.startedAt !== startedAt)) return;
      met.add(pid);
      processes += 1;
      residentMB += row.rssMB;
      if (pid !== root && seen.get(pid) !== row.startedAt) {
        seen.set(pid, row.startedAt);
        onNew(row);
      }
      if (pid !== root) living.set(pid, row);
      for (const child of processTable.childPidsOfMainThread(pid)) visit(child);
    };
    visit(root);
    // Those whose parent has ended, or that another thread has started, still count: by their group, or by earlier sight.
    for (const row of recentTable())
      if (row.pgid === root || met.has(row.ppid)) visit(row.pid, row.startedAt);
    for (const [pid, startedAt] of [...seen]) visit(pid, startedAt);
    for (const [pid, row] of before) if (living.get(pid)?.startedAt !== row.startedAt) onGone(row);
    if (processes > limits.processes) {
      onLimit(
        `it had more than ${limits.processes} processes running at once, and the course allows no more`,
      );
    }
    if (residentMB > limits.residentMB) {
      onLimit(`it held more than ${limits.residentMB} MB of memory, and the course allows no more`);
    }
  };
  look();
  const timer = setInterval(look, treeLookEveryMs);
  return { look, stop: () => clearInterval(timer) };
}

// A whole table costs some milliseconds, so that all trees share one of this age at the most.
const tableAgeMs = 250;
const ourselves = processTable.readProcess(process.pid);
let table: { readonly atMs: number; readonly rows: readonly ProcessRow[] } = {
  atMs: Number.NEGATIVE_INFINITY,
  rows: [],
};

function recentTable(): readonly ProcessRow[] {
  const atMs = performance.now();
  if (atMs - table.atMs > tableAgeMs) table = { atMs, rows: processTable.listProcesses(ourselves) };
  return table.rows;
}

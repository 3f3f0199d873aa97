import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, type ProcessRow, processTable } from './process-table.ts';

/** What is known of a tree of processes that is to end: enough to find each of them again. */
export interface Quarry {
  /** Environment text that every process of the tree inherits unless it clears its environment. */
  readonly token: string;
  /** Process groups that belong to the tree. */
  readonly groups: Iterable<number>;
  /** Folders that only the tree works in: what cleared its environment and left its parent still stands there. */
  readonly folders: Iterable<string>;
  /** Descendants seen while they lived, by pid, with the start time that tells a reused pid apart. */
  readonly seen: ReadonlyMap<number, string>;
}

// Who was told to die needs the processor for it; looking again and again only keeps it from that.
const pauseBetweenRounds = { leastMs: 5, mostMs: 40 };
// One that hands itself on from process to process can slip through a single look.
const emptyLooks = 5;
const ourselves = processTable.readProcess(process.pid);

/**
 * Ends every process of the tree with SIGKILL, those in sessions of their own included, and looks again until
 * nobody is found or `withinMs` has passed. Resolves to the processes that it found alive, first sight of each.
 * Only a process that cleared its environment, took its own session, changed its folder and was never seen as a
 * child escapes it.
 */
export async function sweep(
  quarry: Quarry,
  { withinMs = 2_000 }: { withinMs?: number } = {},
): Promise<ProcessRow[]> {
  const found = new Map<number, ProcessRow>();
  const giveUpAt = performance.now() + withinMs;
  // Where nobody was ever seen but the program itself, one look is enough.
  let looksLeft = quarry.seen.size === 0 ? 1 : emptyLooks;
  let pauseMs = pauseBetweenRounds.leastMs;
  for (;;) {
    const living = findLiving(quarry);
    looksLeft = living.length === 0 ? looksLeft - 1 : emptyLooks;
    if (looksLeft === 0) return [...found.values()];
    // Stopped first: what is stopped starts nobody new while the others are being ended.
    for (const row of living) sendQuietly(row.pid, 'SIGSTOP');
    for (const group of quarry.groups) sendQuietly(-group, 'SIGKILL');
    const isNew = living.some((row) => !found.has(row.pid));
    pauseMs =
      isNew || living.length === 0
        ? pauseBetweenRounds.leastMs
        : Math.min(2 * pauseMs, pauseBetweenRounds.mostMs);
    for (const row of living) {
      found.set(row.pid, found.get(row.pid) ?? row);
      sendQuietly(row.pid, 'SIGKILL');
    }
    if (performance.now() > giveUpAt) return [...found.values()];
    await delay(pauseMs);
  }
}

/** All living processes of the tree: by group, by environment, by earlier sight, and the descendants of these. */
export function findLiving({ token, groups, folders, seen }: Quarry): ProcessRow[] {
  // Whoever began before us was not started by us, which spares most of the reading.
  const rows = processTable.listProcesses(ourselves);
  const living = rows.filter(isAlive);
  const pids = living.map((row) => row.pid);
  const ofGroup = new Set(groups);
  const marked = new Set(processTable.findByEnvironment(token, living));
  for (const folder of folders) for (const pid of processTable.findByFolder(folder, pids)) marked.add(pid);
  const members = new Set<number>();
  for (const row of rows) {
    if (ofGroup.has(row.pgid) || marked.has(row.pid) || seen.get(row.pid) === row.startedAt)
      members.add(row.pid);
  }
  for (let grown = true; grown; ) {
    grown = false;
    for (const row of rows) {
      if (!members.has(row.pid) && members.has(row.ppid)) {
        members.add(row.pid);
        grown = true;
      }
    }
  }
  members.delete(process.pid);
  return rows.filter((row) => members.has(row.pid) && isAlive(row));
}

function sendQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone since we looked, which is what we want.
  }
}

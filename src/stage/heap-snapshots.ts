import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from './app.ts';
import { Milestone, OverTooSoon } from './milestone.ts';
import { processTable } from './process-table.ts';
import type { Stage } from './stage.ts';

/** A file in the folder that was to hold heap snapshots. */
export interface SnapshotFile {
  readonly name: string;
  readonly bytes: number;
  /** It parses, and its nodes are as many as it says: a tool opens it. */
  readonly isWhole: boolean;
}

const betweenLooksMs = 5;

// Work of this length is not the heartbeat of a program at rest; the system counts in steps of 10 ms.
const workOfASnapshotMs = 30;

/** What lies in `folder` and was written after `sinceMs`, of the wall clock. */
export function readSnapshots(folder: string, { sinceMs = 0 } = {}): SnapshotFile[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const file = statSync(path, { throwIfNoEntry: false });
    // Some tens of megabytes are parsed only where they may be what is looked for.
    if (file === undefined || file.mtimeMs <= sinceMs) return [];
    return [{ name, bytes: file.size, isWhole: isWhole(path) }];
  });
}

function isWhole(path: string): boolean {
  try {
    const text = readFileSync(path, 'utf8');
    if (!text.startsWith('{') || !text.trimEnd().endsWith('}')) return false;
    const { snapshot, nodes, edges, strings } = JSON.parse(text);
    return (
      snapshot.node_count > 0 &&
      nodes.length === snapshot.node_count * snapshot.meta.node_fields.length &&
      edges.length === snapshot.edge_count * snapshot.meta.edge_fields.length &&
      strings.length > 0
    );
  } catch {
    return false;
  }
}

/** Waits until a whole snapshot is in `folder`, which lies in the stage's own; a missed milestone where none comes. */
export async function snapshotIn(folder: string, { app, stage }: { app: App; stage: Stage }): Promise<void> {
  const seen = await app.repeats(() => hasOne(folder, { stage, sinceMs: 0 }));
  noteSnapshots(folder, stage);
  if (!seen)
    throw new Milestone('snapshot', 'it wrote no whole heap snapshot into DIAG_DIR', { onTime: !app.isOver });
}

/**
 * Asks for one more, under whatever name, and waits until it is there. Asks again every so often, because a program may
 * take no notice for a moment after it has written one.
 */
export async function anotherSnapshotIn(
  folder: string,
  { app, stage, askEveryMs }: { app: App; stage: Stage; askEveryMs: number },
): Promise<void> {
  const sinceMs = Date.now();
  let askAtMs = 0;
  const seen = await app.repeats(() => {
    if (hasOne(folder, { stage, sinceMs })) return true;
    if (stage.log.nowMs() < askAtMs) return false;
    app.signal('SIGUSR2');
    askAtMs = stage.log.nowMs() + askEveryMs;
    return false;
  });
  noteSnapshots(folder, stage, sinceMs);
  if (!seen)
    throw new Milestone('snapshot', 'it wrote no further heap snapshot into DIAG_DIR', {
      onTime: !app.isOver,
    });
}

const hasOne = (folder: string, { stage, sinceMs }: { stage: Stage; sinceMs: number }): boolean =>
  readSnapshots(join(stage.folder, folder), { sinceMs }).some(({ isWhole }) => isWhole);

/** Writes what is in `folder`, and was written after `sinceMs`, into the timeline as the fact "snapshots". */
export function noteSnapshots(folder: string, { log, folder: parent }: Stage, sinceMs = 0): void {
  log.add({ kind: 'fact', name: 'snapshots', value: readSnapshots(join(parent, folder), { sinceMs }) });
}

/**
 * Stops the program in the middle of the work that the last signal began, and lets it go on after `act`. Plays again
 * where the snapshot was whole before it stood still.
 */
export async function halfwayThroughASnapshot(
  folder: string,
  { app, stage, act }: { app: App; stage: Stage; act: () => void },
): Promise<void> {
  const cpuMs = (): number => processTable.readProcess(app.pid)?.cpuMs ?? 0;
  const atRestMs = cpuMs();
  app.signal('SIGUSR2');
  const works = await app.repeats(async () => cpuMs() - atRestMs >= workOfASnapshotMs, {
    everyMs: betweenLooksMs,
  });
  if (!works)
    throw new Milestone('snapshot', 'it did nothing that takes time when SIGUSR2 came', {
      onTime: !app.isOver,
    });
  app.signal('SIGSTOP');
  try {
    if (readSnapshots(join(stage.folder, folder)).some((file) => file.isWhole))
      throw new OverTooSoon('The snapshot was written before the next signal could be sent.');
    act();
  } finally {
    app.signal('SIGCONT');
  }
}

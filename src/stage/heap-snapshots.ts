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
  /** When it was last written to, in milliseconds of the wall clock. */
  readonly writtenAtMs: number;
}

const betweenLooksMs = 5;

// Work of this length is not the heartbeat of a program at rest; the system counts in steps of 10 ms.
const workOfASnapshotMs = 30;

export function readSnapshots(folder: string): SnapshotFile[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const file = statSync(path, { throwIfNoEntry: false });
    if (file === undefined) return [];
    return [{ name, bytes: file.size, isWhole: isWhole(path), writtenAtMs: file.mtimeMs }];
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

/**
 * Waits until a whole snapshot is in `folder`, which lies in the stage's own; a missed milestone where none comes. With
 * `sinceMs`, of the wall clock, one that was written after that, under whatever name.
 */
export async function snapshotIn(
  folder: string,
  { app, stage, sinceMs = 0 }: { app: App; stage: Stage; sinceMs?: number },
): Promise<void> {
  const seen = await app.repeats(async () =>
    readSnapshots(join(stage.folder, folder)).some((file) => file.isWhole && file.writtenAtMs > sinceMs),
  );
  noteSnapshots(folder, stage, sinceMs);
  if (!seen)
    throw new Milestone('snapshot', 'it wrote no whole heap snapshot into DIAG_DIR', { onTime: !app.isOver });
}

/** Writes what is in `folder`, and was written after `sinceMs`, into the timeline as the fact "snapshots". */
export function noteSnapshots(folder: string, { log, folder: parent }: Stage, sinceMs = 0): void {
  const value = readSnapshots(join(parent, folder)).filter(({ writtenAtMs }) => writtenAtMs > sinceMs);
  log.add({ kind: 'fact', name: 'snapshots', value });
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

import fs from 'node:fs';
import { mkdir, rmdir, stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

// After this long without a sign of its holder a lock is taken over. It is the least that proper-lockfile allows:
// a holder that lives renews it every second, even while the disk is slow, and one that was paused for longer finds
// out before it writes (`isStillOurs`). A killed writer so delays the next by three seconds at most, and loses nothing.
const staleMs = 2_000;
// Several locks may have been left one after the other; longer than this, something else is wrong.
const longestWaitMs = 20_000;
const lookAgainMs = { least: 20, most: 100 };
// To take over is a matter of microseconds; whoever has not done so by then was killed over it.
const takingOverMs = 10_000;

/** Says whether the lock is still held by this process, which is to be asked right before what cannot be undone. */
export type IsStillOurs = () => Promise<boolean>;

/** Does something while no other process does the like for the same file. A lock that a dead process left is taken over. */
export async function whileLocked<T>(
  file: string,
  act: (isStillOurs: IsStillOurs) => Promise<T>,
): Promise<T> {
  const { lock } = await import('proper-lockfile');
  const place = `${file}.lock`;
  const hold = { isHeld: false, renewedAtMs: 0 };
  const options = {
    realpath: false,
    stale: staleMs,
    update: staleMs / 2,
    fs: watchedFileSystem(place, hold),
    // Told to us by isStillOurs, at the time when it matters.
    onCompromised: () => {},
  };
  const release = await patiently(() => lock(file, options));
  hold.isHeld = true;
  // Whoever takes a lock over does so at least `staleMs` after it was last renewed.
  const isStillOurs = async (): Promise<boolean> => {
    const renewedAtMs = await mtimeOf(place);
    return renewedAtMs !== undefined && renewedAtMs < hold.renewedAtMs + staleMs;
  };
  try {
    return await act(isStillOurs);
  } finally {
    // A lock that another process has taken over is no longer ours to release.
    if (await isStillOurs()) await release().catch(ignoreReleased);
  }
}

async function patiently<T>(act: () => Promise<T>): Promise<T> {
  const until = Date.now() + longestWaitMs;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED' || Date.now() > until) throw error;
    }
    // Not in step with the others that wait.
    await wait(lookAgainMs.least + Math.random() * (lookAgainMs.most - lookAgainMs.least));
  }
}

type Done = (error: NodeJS.ErrnoException | null) => void;

/**
 * The file system as proper-lockfile sees it. Two processes that find the same stale lock must not both remove it, the
 * second one that of the first: so it is removed under a mark of its own, and looked at once more before.
 */
function watchedFileSystem(place: string, hold: { isHeld: boolean; renewedAtMs: number }) {
  return {
    ...fs,
    utimes(path: string, atime: Date, mtime: Date, done: Done): void {
      hold.renewedAtMs = mtime.getTime();
      fs.utimes(path, atime, mtime, done);
    },
    rmdir(path: string, done: Done): void {
      if (hold.isHeld) fs.rmdir(path, done);
      else
        removeStale(place).then(
          () => done(null),
          (error: NodeJS.ErrnoException) => done(error),
        );
    },
  };
}

async function removeStale(place: string): Promise<void> {
  const mark = `${place}.over`;
  try {
    await mkdir(mark);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const markedAtMs = await mtimeOf(mark);
    if (markedAtMs !== undefined && markedAtMs < Date.now() - takingOverMs)
      await rmdir(mark).catch(ignoreMissing);
    throw heldByAnother();
  }
  try {
    const renewedAtMs = await mtimeOf(place);
    if (renewedAtMs !== undefined && renewedAtMs >= Date.now() - staleMs) throw heldByAnother();
    await rmdir(place).catch(ignoreMissing);
  } finally {
    await rmdir(mark).catch(ignoreMissing);
  }
}

const heldByAnother = (): Error =>
  Object.assign(new Error('another process is recording progress'), { code: 'ELOCKED' });

const ignoring =
  (code: string) =>
  (error: NodeJS.ErrnoException): void => {
    if (error.code !== code) throw error;
  };
const ignoreMissing = ignoring('ENOENT');
const ignoreReleased = ignoring('ERELEASED');

async function mtimeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    ignoreMissing(error as NodeJS.ErrnoException);
    return undefined;
  }
}

import { stat } from 'node:fs/promises';
import { basename, dirname, extname, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';

// Editors write in several steps within a few milliseconds; after this long without one the file has settled.
const settledAfterMs = 60;
// For file systems that tell of no change, such as some network shares: the file itself is looked at this often.
const lookEveryMs = 1_000;

const sources = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json']);

/**
 * Calls `onSaved` each time that the program, or a source beside it that it may import, was saved and has settled.
 * A file that an editor replaces by renaming is the same file; one that is gone is waited for.
 */
export function watchProgram(file: string, onSaved: () => void): AsyncDisposable {
  const folder = dirname(file);
  let settling: NodeJS.Timeout | undefined;
  let told = '';
  let closed = false;
  const settle = async (): Promise<void> => {
    const now = await signOf(file);
    if (closed || now === undefined) return;
    told = now;
    onSaved();
  };
  const begin = (): void => {
    clearTimeout(settling);
    settling = setTimeout(() => void settle(), settledAfterMs);
  };
  const watcher: FSWatcher = watch(folder, {
    ignoreInitial: true,
    depth: 4,
    ignored: (path, stats) =>
      isBeside(path, folder) || (stats?.isFile() === true && !sources.has(extname(path))),
  });
  watcher.on('all', (event) => {
    if (event !== 'unlink' && event !== 'unlinkDir' && event !== 'addDir') begin();
  });
  // A watch that the system refuses leaves the looking, which is slower and works everywhere.
  watcher.on('error', () => {});
  const look = async (): Promise<void> => {
    const now = await signOf(file);
    if (now !== undefined && told !== '' && now !== told) begin();
  };
  const looking = setInterval(() => void look(), lookEveryMs);
  void signOf(file).then((now) => {
    told ||= now ?? '';
  });
  return {
    async [Symbol.asyncDispose]() {
      closed = true;
      clearTimeout(settling);
      clearInterval(looking);
      await watcher.close();
    },
  };
}

/** Dependencies and hidden folders are not what the learner writes. */
const isBeside = (path: string, folder: string): boolean =>
  path
    .slice(folder.length)
    .split(sep)
    .some((part) => part === 'node_modules' || (part.startsWith('.') && part !== basename(folder)));

/** What tells one saved state of a file from the next, or undefined where the file is not there just now. */
async function signOf(file: string): Promise<string | undefined> {
  try {
    const { mtimeMs, size, ino } = await stat(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return undefined;
  }
}

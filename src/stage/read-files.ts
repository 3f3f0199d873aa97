import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface FileSeen {
  readonly name: string;
  readonly text: string;
  /** When it was last written, in milliseconds of the wall clock. */
  readonly writtenAtMs: number;
}

// Far above what an exercise leaves; a program that writes without end must not fill the timeline.
const most = { files: 100, characters: 64 * 1024 };

/** What lies in a folder, without its subfolders, in the order of the names; nothing where there is no such folder. */
export async function readFiles(folder: string): Promise<FileSeen[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  return await Promise.all(
    names
      .sort()
      .slice(0, most.files)
      .map(async (name) => ({
        name,
        text: (await readFile(join(folder, name), 'utf8').catch(() => '')).slice(0, most.characters),
        writtenAtMs: (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0,
      })),
  );
}

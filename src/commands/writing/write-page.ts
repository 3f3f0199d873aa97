import { resolve } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { UsageError } from '../../cli/command.ts';

export interface PageTarget {
  /** The file as it was typed, from `cwd`. */
  readonly name: string;
  readonly cwd: string;
  /** A command that would have worked, for whoever named a place that cannot be written. */
  readonly next: string;
}

/** Writes a page whole or not at all. Throws UsageError where the place cannot be written. */
export async function writePage(html: string, { name, cwd, next }: PageTarget): Promise<void> {
  try {
    await writeFileAtomic(resolve(cwd, name), html);
  } catch (error) {
    throw new UsageError(`The page cannot be written to "${name}": ${reasonOf(error)}.`, next);
  }
}

// The message of the error would name a file beside it, which the reader has never heard of.
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the file system can only be read',
  ENOSPC: 'the disk is full',
};

const reasonOf = (error: unknown): string => {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return reasons[code] ?? message;
};

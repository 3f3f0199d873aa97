import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { UsageError } from '../../cli/command.ts';
import { pageMark } from '../../report/html-page.ts';

export interface PageTarget {
  /** The file as it was typed, from `cwd`. */
  readonly name: string;
  readonly cwd: string;
  /** A command that would have worked, for whoever named a place that cannot be written. */
  readonly next: string;
}

/**
 * Where a page is to be, looked at before anything is played for it. Throws UsageError where none can be written; what is
 * no page of ours is never written over.
 */
export async function findPagePlace(page: PageTarget): Promise<PageTarget> {
  await checkPagePlace(page);
  return page;
}

async function checkPagePlace({ name, cwd, next }: PageTarget): Promise<void> {
  // A slip of the pen, after which Node would be asked to run a page.
  if (/\.[cm]?[jt]s$/.test(name))
    throw new UsageError(`"${name}" is the name of a program, and --html writes a web page.`, next);
  const file = resolve(cwd, name);
  let isOurs: boolean | undefined;
  try {
    await access(dirname(file), constants.W_OK);
    const before = await stat(file).catch(ignoreMissing);
    // Reading a terminal or a pipe would wait for somebody to write into it.
    const isReadable = before?.isFile() === true || before?.isDirectory() === true;
    isOurs = before && isReadable && (await readFile(file, 'utf8')).includes(pageMark);
  } catch (error) {
    throw cannotBeWritten(error, { name, next });
  }
  if (isOurs === false)
    throw new UsageError(
      `"${name}" is there already and is no page of this course, so it is left as it is.`,
      next,
    );
}

/** Writes a page whole or not at all. Throws UsageError where the place cannot be written. */
export async function writePage(html: string, target: PageTarget): Promise<void> {
  await checkPagePlace(target);
  try {
    await writeFileAtomic(resolve(target.cwd, target.name), html);
  } catch (error) {
    throw cannotBeWritten(error, target);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
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

function cannotBeWritten(error: unknown, { name, next }: Omit<PageTarget, 'cwd'>): UsageError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new UsageError(`The page cannot be written to "${name}": ${reasons[code] ?? message}.`, next);
}

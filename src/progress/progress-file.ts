import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type IsStillOurs, whileLocked } from './lock.ts';
import { noProgress, type Progress, parseProgress } from './progress.ts';

/** The folder in a workspace that keeps progress there, where it exists. */
export const localFolder = '.proc-course';

/** Where progress is kept: `PROC_COURSE_STATE_DIR`, the workspace's own folder for it, or the platform's place for state. */
export async function progressFileFor({
  env,
  cwd,
}: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}): Promise<string> {
  if (env.PROC_COURSE_STATE_DIR) return join(env.PROC_COURSE_STATE_DIR, 'progress.json');
  if (existsSync(join(cwd, localFolder))) return join(cwd, localFolder, 'progress.json');
  const { default: envPaths } = await import('env-paths');
  const places = envPaths('proc-course', { suffix: '' });
  // On Linux `log` is XDG_STATE_HOME, the place for state; elsewhere logs may be cleaned away.
  return join(process.platform === 'linux' ? places.log : places.data, 'progress.json');
}

/**
 * Makes the workspace's own folder for progress, and copies there what was recorded in the platform's place, where the
 * workspace has none of its own yet. Resolves to the file, and whether anything was copied.
 */
export async function keepProgressHere(around: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}): Promise<{ file: string; copied: boolean }> {
  const before = await progressFileFor(around);
  const file = join(around.cwd, localFolder, 'progress.json');
  await mkdir(dirname(file), { recursive: true });
  try {
    // COPYFILE_EXCL: what the workspace has recorded is never written over.
    await copyFile(before, file, 1);
    return { file, copied: true };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EEXIST') return { file, copied: false };
    throw error;
  }
}

/** What is in the file, and a sentence for the learner where it could not be taken as it is. */
export interface ProgressRead {
  readonly progress: Progress;
  readonly notice?: string;
  /** False where a newer version wrote the file, which is then left alone. */
  readonly writable: boolean;
}

/** Reads progress; a file that is missing, damaged or newer reads as no progress. Changes nothing. */
export async function readProgress(file: string): Promise<ProgressRead> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return {
      progress: noProgress,
      writable: missing,
      ...(missing ? {} : { notice: `Progress cannot be read from ${file}.` }),
    };
  }
  const progress = parseProgress(text);
  if (progress === 'newer') {
    return {
      progress: noProgress,
      writable: false,
      notice: `${file} was written by a newer version of the course, so it is left as it is.`,
    };
  }
  if (progress === 'damaged') {
    return {
      progress: noProgress,
      writable: true,
      notice: `${file} is damaged; it is kept aside with the next thing that is recorded.`,
    };
  }
  return { progress, writable: true };
}

// To be overtaken takes a pause of seconds in the middle of a write; so often in a row it is no accident.
const mostAttempts = 5;

/**
 * Changes progress under a lock, by writing a new file and renaming it over the old one, so that it is always whole.
 * A damaged file is moved aside first. Resolves to a notice for the learner, if there is one.
 */
export async function updateProgress(
  file: string,
  change: (progress: Progress) => Progress,
): Promise<string | undefined> {
  await mkdir(dirname(file), { recursive: true });
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const written = await whileLocked(file, (isStillOurs) => rewrite(file, change, isStillOurs));
    if (written !== 'overtaken') return written.notice;
  }
  throw new Error(`other processes keep writing to ${file}`);
}

async function rewrite(
  file: string,
  change: (progress: Progress) => Progress,
  isStillOurs: IsStillOurs,
): Promise<{ notice: string | undefined } | 'overtaken'> {
  const { progress, notice, writable } = await readProgress(file);
  if (!writable) return { notice };
  // Where the file is a link, what it leads to is replaced, and not the link.
  const target = await realpath(file).catch(() => file);
  const next = `${target}.new-${process.pid}-${Date.now()}`;
  await writeFile(next, `${JSON.stringify(change(progress), null, 2)}\n`, { flush: true });
  if (!(await isStillOurs())) {
    await rm(next, { force: true });
    return 'overtaken';
  }
  if (notice !== undefined) await rename(target, `${target}.damaged-${Date.now()}`);
  await rename(next, target);
  await removeUnfinished(target);
  return { notice };
}

// No write takes so long; what is older was left by a process that was killed.
const unfinishedAfterMs = 60_000;

async function removeUnfinished(file: string): Promise<void> {
  const folder = dirname(file);
  const unfinished = (await readdir(folder)).filter((name) => name.startsWith(`${basename(file)}.new-`));
  for (const name of unfinished) {
    const writtenAtMs = Number(name.slice(name.lastIndexOf('-') + 1));
    if (writtenAtMs < Date.now() - unfinishedAfterMs) await rm(join(folder, name), { force: true });
  }
}

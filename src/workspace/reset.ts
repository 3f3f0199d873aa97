import { copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { packageTypeOf } from './package-type.ts';

export interface Reset {
  /** Where the starter is now. */
  readonly written: string;
  /** The numbered copies of what was there before. */
  readonly backups: readonly string[];
}

/**
 * Puts an exercise's starter in the place of the learner's files, each of which is first copied to `NAME.backup-N`
 * with the next number that is free. Where anything fails, the files are as they were.
 */
export async function resetExercise({
  files,
  starterOf,
}: {
  /** The learner's files for this exercise, of which the first says language and place. */
  readonly files: readonly [string, ...string[]];
  readonly starterOf: (language: 'js' | 'ts') => Promise<string>;
}): Promise<Reset> {
  const [first] = files;
  const language = extname(first).endsWith('ts') ? 'ts' : 'js';
  const starter = await starterOf(language);
  const written = placeFor(first, language);
  const backups: string[] = [];
  for (const file of files) backups.push(await backUp(file));
  await writeFile(`${written}.new`, starter);
  await rename(`${written}.new`, written);
  for (const file of files) if (file !== written) await rm(file);
  return { written, backups };
}

/** The same name, but where it or its folder says CommonJS: the starters are ES modules. */
function placeFor(file: string, language: 'js' | 'ts'): string {
  const extension = extname(file);
  const isModule = extension.startsWith('.m') || packageTypeOf(dirname(file)) === 'module';
  const wanted = extension.startsWith('.m') ? extension : isModule ? `.${language}` : `.m${language}`;
  return join(dirname(file), `${basename(file, extension)}${wanted}`);
}

async function backUp(file: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const backup = `${file}.backup-${number}`;
    try {
      // COPYFILE_EXCL: a backup that is there is never written over, whoever made it.
      await copyFile(file, backup, 1);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw error;
    }
    const [before, after] = await Promise.all([readFile(file), readFile(backup)]);
    if (before.equals(after)) return backup;
  }
}

import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPrograms } from './find-program.ts';
import { packageTypeOf } from './package-type.ts';

export interface LayOut {
  readonly folder: string;
  readonly language: 'js' | 'ts';
  readonly courseRoot: string;
  readonly exercises: readonly string[];
}

/** What was written, and what was there before and is as it was. */
export interface LaidOut {
  readonly written: readonly string[];
  readonly kept: readonly string[];
}

/** Copies briefs and starters into the learner's folder, which is made where it is missing. Overwrites nothing. */
export async function layOut({ folder, language, courseRoot, exercises }: LayOut): Promise<LaidOut> {
  await mkdir(folder, { recursive: true });
  const written: string[] = [];
  const kept: string[] = [];
  const write = async (file: string, text: string): Promise<void> => {
    try {
      await writeFile(file, text, { flag: 'wx' });
      written.push(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      kept.push(file);
    }
  };
  const manifest = join(folder, 'package.json');
  const hasManifest = await access(manifest).then(
    () => true,
    () => false,
  );
  if (!hasManifest) await write(manifest, `${JSON.stringify({ private: true, type: 'module' }, null, 2)}\n`);
  // The starters are ES modules; where the folder says otherwise, the file's name has to say it.
  const extension = packageTypeOf(folder) === 'module' ? language : `m${language}`;
  for (const id of exercises) {
    await write(join(folder, `${id}.md`), await readFile(join(courseRoot, 'exercises', `${id}.md`), 'utf8'));
    const there = findPrograms(folder, id);
    if (there.length > 0) kept.push(...there);
    else await write(join(folder, `${id}.${extension}`), await readStarter(courseRoot, id, language));
  }
  return { written, kept };
}

/** The starter as it is shipped: TypeScript as written, JavaScript as the build made it from that. */
export function readStarter(courseRoot: string, id: string, language: 'js' | 'ts'): Promise<string> {
  const folder = language === 'ts' ? join(courseRoot, 'exercises') : join(courseRoot, 'dist', 'exercises');
  return readFile(join(folder, `${id}.${language}`), 'utf8');
}

import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

// An import of a path that begins with a dot, or of a name of package.json's "imports". Without one, a program is one
// file, and the reading of imports, which takes longer than all else that a quick command does, is spared.
const mayImportItsOwn =
  /\b(?:from|import|(?:import|require)\s*\()\s*(?:\/\*[\s\S]*?\*\/\s*)?['"`](?:\.{1,2}(?:\/|['"`])|#)/;

/**
 * What "the same program" means: SHA-256 of the file, and where it imports files of its own, of all of them with their
 * places beside it. What is not written by the learner, such as packages, does not count.
 */
export async function contentOf(file: string): Promise<string> {
  const entry = await readFile(file);
  // Asked for here, because its loading is a twentieth of a command that has no file to read.
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256').update(entry);
  const imported = mayImportItsOwn.test(entry.toString()) ? await importedBy(file) : [];
  for (const path of imported) {
    const text = await readFile(join(dirname(file), path));
    // The length keeps the end of one file apart from the beginning of the next.
    hash.update(`\0${path}\0${text.length}\0`).update(text);
  }
  return hash.digest('hex');
}

/** The paths of all files that the program imports, seen from its folder; none where it cannot be read. */
async function importedBy(file: string): Promise<string[]> {
  const esbuild = await import('esbuild');
  try {
    const { metafile } = await esbuild.build({
      entryPoints: [basename(file)],
      absWorkingDir: dirname(file),
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    return Object.keys(metafile.inputs)
      .filter((path) => path !== basename(file) && !path.split('/').includes('node_modules'))
      .sort();
  } catch (error) {
    // What cannot be read cannot pass either, so that its own text tells it apart well enough.
    if ((error as { errors?: unknown }).errors === undefined) throw error;
    return [];
  } finally {
    await esbuild.stop();
  }
}

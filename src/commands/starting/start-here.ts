import { join } from 'node:path';
import { execa } from 'execa';
import type { Surroundings } from '../../cli/command.ts';
import { courseRoot } from '../../course/course.ts';

/** Runs another command of the course in this terminal, then waits for a line so that what it printed can be read. */
export async function startHere(
  argv: readonly string[],
  { console, cwd, interrupted }: Surroundings,
): Promise<void> {
  console.clear();
  await execa(process.execPath, [join(courseRoot, 'bin', 'proc-course.js'), ...argv], {
    cwd,
    stdio: 'inherit',
    reject: false,
    cancelSignal: interrupted,
  });
  if (interrupted.aborted) return;
  const { input } = await import('@inquirer/prompts');
  await input({ message: 'Enter goes back' }, { signal: interrupted }).catch(() => {});
}

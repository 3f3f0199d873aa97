import { join } from 'node:path';
import { execa } from 'execa';
import { Interrupted, type Surroundings } from '../../cli/command.ts';
import { exitCode } from '../../cli/exit-code.ts';
import { courseRoot } from '../../course/course.ts';

/**
 * Runs another command of the course in this terminal, then waits for a line so that what it printed can be read.
 * Rejects where the learner leaves by Ctrl-C, there or here.
 */
export async function startHere(
  argv: readonly string[],
  { console, cwd, interrupted }: Surroundings,
): Promise<void> {
  console.clear();
  const { exitCode: code } = await execa(
    process.execPath,
    [join(courseRoot, 'bin', 'proc-course.js'), ...argv],
    {
      cwd,
      stdio: 'inherit',
      reject: false,
      cancelSignal: interrupted,
    },
  );
  // Where the other command asks, the terminal tells a Ctrl-C to it alone; it is meant for all that runs here.
  if (interrupted.aborted || code === exitCode.interrupted) throw new Interrupted();
  const { input } = await import('@inquirer/prompts');
  await input({ message: 'Enter goes back' }, { signal: interrupted });
}

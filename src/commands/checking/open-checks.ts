import { Interrupted, type Surroundings } from '../../cli/command.ts';
import { runCheck } from '../../grading/run-check.ts';
import { progressFileFor, readProgress } from '../../progress/progress-file.ts';
import { contentOf } from '../../workspace/content-of.ts';
import { prepareProgram } from '../../workspace/prepare-program.ts';
import { planCheck } from './plan.ts';
import { recordCheck } from './record-check.ts';

/** The checks that do not pass now: as the last check found of this very content, or by grading it once more. */
export async function openChecks(exercise: string, around: Surroundings): Promise<readonly string[]> {
  const plan = await planCheck(exercise, {}, around);
  const content = await contentOf(plan.file);
  const { progress } = await readProgress(await progressFileFor(around));
  const last = progress.checks[exercise];
  if (last?.content === content) return last.open;
  around.console.err(`${exercise} has not been checked as it is now, so it is checked first.`);
  const { interrupted } = around;
  const report = await runCheck({ ...plan, verbose: false, interrupted, prepare: prepareProgram });
  if (interrupted.aborted) throw new Interrupted();
  await recordCheck(report, content, around);
  return report.checks.filter(({ outcome }) => outcome !== 'passed').map(({ id }) => id);
}

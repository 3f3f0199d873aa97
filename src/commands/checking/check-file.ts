import { relative } from 'node:path';
import { Interrupted, type Surroundings } from '../../cli/command.ts';
import { type ExitCode, exitCode } from '../../cli/exit-code.ts';
import { type CheckRun, runCheck } from '../../grading/run-check.ts';
import { renderCheck, renderHead, renderVerdict } from '../../report/human.ts';
import { renderJson } from '../../report/json.ts';
import { hasTrouble, type Report } from '../../report/report.ts';
import { prepareProgram } from '../../workspace/prepare-program.ts';
import { type CheckOptions, type CheckPlan, planCheck } from './plan.ts';
import { recordPass } from './record-pass.ts';

/** Grades what was asked for, shows it, remembers a pass, and says by its exit code what came of it. */
export async function checkFile(
  typed: string,
  options: CheckOptions,
  around: Surroundings,
): Promise<ExitCode> {
  const plan = await planCheck(typed, options, around);
  const report = options.json
    ? await showJson(plan, options, around)
    : await showPeople(plan, options, around);
  if (report.passed && !plan.onlySome) await recordPass(report, around);
  if (hasTrouble(report)) return exitCode.trouble;
  return report.passed ? exitCode.passed : exitCode.notPassed;
}

async function showJson(
  plan: CheckPlan,
  { verbose = false }: CheckOptions,
  around: Surroundings,
): Promise<Report> {
  const report = await grade(plan, { verbose }, around);
  around.console.out(renderJson(report, { verbose }));
  return report;
}

async function showPeople(
  plan: CheckPlan,
  { verbose = false }: CheckOptions,
  around: Surroundings,
): Promise<Report> {
  const { console, cwd } = around;
  const fromHere = relative(cwd, plan.file);
  console.out(renderHead({ ...plan, file: fromHere.startsWith('..') ? plan.file : fromHere }, console));
  const report = await grade(
    plan,
    { verbose, onCheck: (check) => console.out(renderCheck(check, console)) },
    around,
  );
  console.out(renderVerdict(report, { verbose }, console));
  return report;
}

/** Rejects with Interrupted where it was stopped, once everything that it started is gone. */
async function grade(
  plan: CheckPlan,
  how: Pick<CheckRun, 'verbose' | 'onCheck'>,
  { interrupted }: Surroundings,
): Promise<Report> {
  try {
    const report = await runCheck({ ...plan, ...how, interrupted, prepare: prepareProgram });
    if (!interrupted.aborted) return report;
  } catch (error) {
    if (!interrupted.aborted) throw error;
  }
  throw new Interrupted();
}

import { relative } from 'node:path';
import { Interrupted, type Surroundings } from '../../cli/command.ts';
import { type ExitCode, exitCode } from '../../cli/exit-code.ts';
import { runCheck } from '../../grading/run-check.ts';
import { type Graded, hasTrouble, type Report } from '../../report/report.ts';
import { openReporter, type Reporter } from '../../report/reporters.ts';
import { contentOf } from '../../workspace/content-of.ts';
import { prepareProgram } from '../../workspace/prepare-program.ts';
import { findPagePlace, writePage } from '../writing/write-page.ts';
import { type CheckOptions, type CheckPlan, planAll, planCheck, readReporter } from './plan.ts';
import { recordCheck } from './record-check.ts';

/** Grades what was asked for, tells it, remembers a pass, and says by its exit code what came of it. */
export async function checkFile(
  typed: string | undefined,
  options: CheckOptions,
  around: Surroundings,
): Promise<ExitCode> {
  const { console, cwd } = around;
  const name = readReporter(options);
  const next = 'proc-course check exercise-1 --html timeline.html';
  const page =
    options.html === undefined ? undefined : await findPagePlace({ name: options.html, cwd, next });
  const { plans, without } =
    typed === undefined
      ? await planAll(options, around)
      : { plans: [await planCheck(typed, options, around)], without: [] };
  const verbose = options.verbose === true;
  const reporter = await openReporter(name, { page: console, verbose, cwd });
  const reports: Report[] = [];
  for (const plan of plans) reports.push(await gradeOne(plan, { reporter, options, around }));
  const passed = without.length === 0 && reports.every((report) => report.passed);
  const graded: Graded = { scope: typed === undefined ? 'all' : 'one', passed, reports, without };
  // A page that cannot be written is told before anything else, since JSON is one document or the other.
  if (page !== undefined) {
    const { renderCheckPage } = await import('../../report/check-page.ts');
    await writePage(renderCheckPage(graded), page);
    console.err(`The timelines are in ${page.name}.`);
  }
  tell(around, await reporter.finish?.(graded));
  if (reports.some(hasTrouble)) return exitCode.trouble;
  return passed ? exitCode.passed : exitCode.notPassed;
}

interface Grading {
  readonly reporter: Reporter;
  readonly options: CheckOptions;
  readonly around: Surroundings;
}

async function gradeOne(plan: CheckPlan, { reporter, options, around }: Grading): Promise<Report> {
  const fromHere = relative(around.cwd, plan.file);
  tell(around, reporter.begin?.({ ...plan, file: fromHere.startsWith('..') ? plan.file : fromHere }));
  const keepAll = options.verbose === true || options.html !== undefined;
  const content = plan.onlySome ? undefined : await contentOf(plan.file);
  const report = await grade(plan, keepAll, reporter, around);
  tell(around, reporter.end?.(report));
  if (content !== undefined && !hasTrouble(report)) await recordCheck(report, content, around);
  return report;
}

/** Rejects with Interrupted where it was stopped, once everything that it started is gone. */
async function grade(
  plan: CheckPlan,
  verbose: boolean,
  reporter: Reporter,
  around: Surroundings,
): Promise<Report> {
  const { interrupted } = around;
  try {
    const report = await runCheck({
      ...plan,
      verbose,
      interrupted,
      prepare: prepareProgram,
      onCheck: (check) => tell(around, reporter.check?.(check)),
    });
    if (!interrupted.aborted) return report;
  } catch (error) {
    if (!interrupted.aborted) throw error;
  }
  throw new Interrupted();
}

const tell = ({ console }: Surroundings, text: string | undefined): void => {
  if (text !== undefined) console.out(text);
};

import type { Command, Surroundings } from '../cli/command.ts';
import { Interrupted } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';
import type { Report } from '../report/report.ts';

interface Options {
  readonly file?: string;
  readonly only?: string;
  readonly seed?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

export const check: Command<Options> = {
  name: 'check',
  summary: 'Grade an exercise: start it, send it real signals, and judge what the system saw',
  positional: [{ flag: '<exercise>', summary: 'its id, or a part of it: exercise-1, 1' }],
  options: [
    { flag: '--file <path>', summary: 'grade this file instead of the one in this folder' },
    {
      flag: '--only <check>',
      summary: 'play one check, by its id, or all checks of one point, by its number',
    },
    { flag: '--seed <number>', summary: 'replay the values that were drawn in an earlier run' },
    { flag: '--json', summary: 'print one JSON document and nothing else' },
    { flag: '--verbose', summary: 'show all that was seen, for every check' },
  ],
  examples: [
    'proc-course check exercise-1',
    'proc-course check 1 --only answers-in-flight',
    'proc-course check exercise-1 --file service.mjs --json',
  ],
  async run({ positional: [typed = ''], options }, around) {
    const { planCheck } = await import('./plan-check.ts');
    const plan = await planCheck(typed, options, around);
    const report = options.json
      ? await checkAsJson(plan, options, around)
      : await checkForPeople(plan, options, around);
    await recordPass(report, plan.onlySome, around);
    if (report.checks.some(({ outcome }) => outcome === 'trouble')) return exitCode.trouble;
    return report.passed ? exitCode.passed : exitCode.notPassed;
  },
};

type Plan = Awaited<ReturnType<typeof import('./plan-check.ts')['planCheck']>>;

async function checkAsJson(
  plan: Plan,
  { verbose = false }: Options,
  { console, interrupted }: Surroundings,
): Promise<Report> {
  const [{ runCheck }, { renderJson }] = await Promise.all([
    import('../grading/run-check.ts'),
    import('../report/json.ts'),
  ]);
  const report = await stopWhen(interrupted, runCheck({ ...plan, verbose, interrupted }));
  console.out(renderJson(report, { verbose }));
  return report;
}

async function checkForPeople(
  plan: Plan,
  { verbose = false }: Options,
  { console, cwd, interrupted }: Surroundings,
): Promise<Report> {
  const [{ runCheck }, human, { relative }] = await Promise.all([
    import('../grading/run-check.ts'),
    import('../report/human.ts'),
    import('node:path'),
  ]);
  const shownFile = relative(cwd, plan.file).startsWith('..') ? plan.file : relative(cwd, plan.file);
  console.out(human.renderHead({ ...plan, file: shownFile }, console));
  const report = await stopWhen(
    interrupted,
    runCheck({
      ...plan,
      verbose,
      interrupted,
      onCheck: (check) => console.out(human.renderCheck(check, console)),
    }),
  );
  console.out(human.renderVerdict(report, { verbose }, console));
  return report;
}

/** Rejects with Interrupted where the check was stopped, once everything that it started is gone. */
async function stopWhen<T>(interrupted: AbortSignal, running: Promise<T>): Promise<T> {
  try {
    const result = await running;
    if (!interrupted.aborted) return result;
  } catch (error) {
    if (!interrupted.aborted) throw error;
  }
  throw new Interrupted();
}

/** A whole check that passed is remembered; where it cannot be, the verdict stands all the same. */
async function recordPass(
  { exercise, file, passed, checks }: Report,
  onlySome: boolean,
  { console, env }: Surroundings,
): Promise<void> {
  if (!passed || onlySome) return;
  const [{ createHash }, { readFile }, progress, store] = await Promise.all([
    import('node:crypto'),
    import('node:fs/promises'),
    import('../progress/progress.ts'),
    import('../progress/progress-file.ts'),
  ]);
  const stretch = checks
    .filter(({ tier, outcome }) => tier === 'stretch' && outcome === 'passed')
    .map(({ id }) => id);
  try {
    const content = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    const pass = { passedAt: new Date().toISOString(), content, stretch };
    const notice = await store.updateProgress(await store.progressFileFor(env), (before) =>
      progress.withPassed(before, exercise, pass),
    );
    if (notice) console.err(notice);
  } catch (error) {
    console.err(`The pass could not be recorded: ${(error as Error).message}. The verdict stands.`);
  }
}

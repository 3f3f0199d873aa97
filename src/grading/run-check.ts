import { availableParallelism } from 'node:os';
import { type CheckReport, isPassed, type Report } from '../report/report.ts';
import { openTheatre } from '../stage/stage.ts';
import { gradeAll } from './grade.ts';
import { skipAll, whyNotJudged } from './platform.ts';
import type { GradedProgram } from './play.ts';
import type { Scenario } from './words.ts';

export interface CheckRun {
  readonly exercise: string;
  readonly file: string;
  readonly seed: number;
  readonly scenarios: readonly Scenario[];
  /** Only some of the exercise's checks were asked for, so that passing them is not passing the exercise. */
  readonly onlySome: boolean;
  /** Keep the timelines of passed checks too. */
  readonly verbose: boolean;
  /** Stretches every "soon", for machines that are known to be slow. */
  readonly timeScale: number;
  readonly interrupted: AbortSignal;
  /** Where it runs; this machine's own platform where none is given. */
  readonly platform?: NodeJS.Platform;
  readonly onCheck?: (check: CheckReport) => void;
  /** Makes of the file what plain `node` can run, in the folder given, or says why it cannot be read. */
  prepare(file: string, folder: string): Promise<GradedProgram | { readonly unreadable: string }>;
}

/** Grades one file from start to verdict. When it resolves or rejects, nothing that it started is alive. */
export async function runCheck(run: CheckRun): Promise<Report> {
  const { exercise, file, seed, scenarios, onlySome, verbose, interrupted, onCheck, timeScale } = run;
  const startedAt = performance.now();
  const obstacle = whyNotJudged(run.platform ?? process.platform);
  if (obstacle !== undefined) {
    const checks = skipAll(scenarios, obstacle);
    for (const check of checks) onCheck?.(check);
    return { schema: 1, exercise, file, seed, passed: false, slowness: 1, durationMs: 0, checks };
  }
  await using theatre = await openTheatre({ scale: timeScale });
  // An interruption ends all programs at once; the plays then fail, and their results are dropped.
  const stop = (): void => void theatre[Symbol.asyncDispose]();
  interrupted.addEventListener('abort', stop, { once: true });
  try {
    const program = await run.prepare(file, theatre.folder);
    // Not beside it: what our own compiler takes of the machine is no slowness of the machine.
    await theatre.pace.measure();
    const checks =
      'unreadable' in program
        ? failUnread(program.unreadable, scenarios, onCheck)
        : await gradeAll({
            scenarios,
            program,
            theatre,
            seed,
            cores: availableParallelism(),
            keepAll: verbose,
            ...(onCheck && { onCheck: (check: CheckReport) => void (interrupted.aborted || onCheck(check)) }),
          });
    const passed = onlySome ? checks.every(({ outcome }) => outcome === 'passed') : isPassed(checks);
    const durationMs = Math.round(performance.now() - startedAt);
    return {
      schema: 1,
      exercise,
      file,
      seed,
      passed,
      slowness: round(theatre.pace.slowness),
      durationMs,
      checks,
    };
  } finally {
    interrupted.removeEventListener('abort', stop);
  }
}

/** A file that cannot be read as TypeScript fails the first check, in the words of the reader, and the rest follows. */
function failUnread(
  details: string,
  scenarios: readonly Scenario[],
  onCheck?: (check: CheckReport) => void,
): CheckReport[] {
  return scenarios.map(({ id, point, title, tier }, index) => {
    const about = { id, point, title, tier, durationMs: 0, notes: [] };
    const first: CheckReport = {
      ...about,
      outcome: 'failed',
      findings: [
        {
          claim: 'the file can be read as TypeScript',
          expected: 'a program that can be started',
          seen: details,
          because:
            'Types are dropped before the program is started, and for that the file has to be readable.',
          help: 'The place is named above: line and column.',
          evidence: [],
        },
      ],
    };
    const rest: CheckReport = {
      ...about,
      outcome: 'moot',
      findings: [],
      reason: 'the program could not be started',
      follows: scenarios[0]?.id ?? id,
    };
    const check = index === 0 ? first : rest;
    onCheck?.(check);
    return check;
  });
}

const round = (value: number): number => Math.round(value * 100) / 100;

import type { CheckReport } from '../report/report.ts';
import { OverTooSoon } from '../stage/milestone.ts';
import type { Theatre } from '../stage/stage.ts';
import type { Timeline } from '../timeline/events.ts';
import { type JudgedPlay, judgePlay, notesOn } from './judge.ts';
import { type GradedProgram, playOnce } from './play.ts';
import { Slots } from './slots.ts';
import type { Scenario } from './words.ts';

export interface GradeOptions {
  readonly scenarios: readonly Scenario[];
  readonly program: GradedProgram;
  readonly theatre: Theatre;
  readonly seed: number;
  /** The machine's cores: so many programs start at once. Scenarios that only wait cost no core. */
  readonly cores: number;
  /** Keep the timelines of checks that passed as well. */
  readonly keepAll?: boolean;
  /** Called for each check as soon as it and all before it are done, in the declared order. */
  readonly onCheck?: (check: CheckReport) => void;
}

// Beyond this, programs that wait are no longer cheap: each is a process of some 45 MB.
const playsPerCore = 8;

// Played again twice where it was over too soon; the last play lasts longer than any "soon".
const plays = 3;

interface Graded {
  readonly report: CheckReport;
  readonly gateIsBroken: boolean;
}

/** Plays all scenarios side by side and judges them. Never rejects for what a program does. */
export async function gradeAll(options: GradeOptions): Promise<CheckReport[]> {
  const { scenarios, cores, onCheck } = options;
  const running = new Slots(cores * playsPerCore);
  const working = new Slots(cores);
  const starting = new Slots(cores);
  const graded = new Map<string, Promise<Graded>>();
  const begin = (scenario: Scenario): Promise<Graded> => {
    const known = graded.get(scenario.id);
    if (known !== undefined) return known;
    const before = scenarios.filter(({ id }) => scenario.after?.includes(id)).map(begin);
    const started = gradeAfter(before, scenario, options, { running, working, starting });
    graded.set(scenario.id, started);
    return started;
  };
  for (const scenario of [...scenarios].sort(
    (a, b) => Number(b.longest ?? false) - Number(a.longest ?? false),
  ))
    begin(scenario);
  const reports: CheckReport[] = [];
  for (const { id } of scenarios) {
    const { report } = (await graded.get(id)) as Graded;
    reports.push(report);
    onCheck?.(report);
  }
  return reports;
}

interface Places {
  readonly running: Slots;
  readonly working: Slots;
  readonly starting: Slots;
}

async function gradeAfter(
  before: Promise<Graded>[],
  scenario: Scenario,
  options: GradeOptions,
  places: Places,
): Promise<Graded> {
  const { id, point, title, tier, busy } = scenario;
  const closed = (await Promise.all(before)).find(({ gateIsBroken }) => gateIsBroken);
  if (closed !== undefined) {
    const follows = closed.report.follows ?? closed.report.id;
    const reason = `what "${follows}" found has to be mended first`;
    const verdict = { outcome: 'moot', durationMs: 0, findings: [], notes: [], reason, follows } as const;
    const report: CheckReport = { id, point, title, tier, ...verdict };
    return { report, gateIsBroken: true };
  }
  const leave = await places.running.take();
  const rest = busy ? await places.working.take() : () => {};
  const startedAt = performance.now();
  try {
    const { report, gateIsBroken } = await gradeOne(scenario, options, places.starting);
    return {
      report: { id, point, title, tier, durationMs: Math.round(performance.now() - startedAt), ...report },
      gateIsBroken,
    };
  } finally {
    rest();
    leave();
  }
}

type Verdict = Pick<CheckReport, 'outcome' | 'findings' | 'notes' | 'reason' | 'timeline'>;

async function gradeOne(
  scenario: Scenario,
  options: GradeOptions,
  starting: Slots,
): Promise<{ report: Verdict; gateIsBroken: boolean }> {
  try {
    const first = await playAndJudge(scenario, options, starting);
    if (first.outcome === 'passed' || !first.onTimeAlone) return verdictOf(first, options);
    const second = await playAndJudge(scenario, options, starting);
    if (second.outcome !== 'passed') return verdictOf(second, options);
    const reason =
      'it took too long once, and not in a second run; neither run can be trusted, so run the check again on a quieter machine';
    return {
      report: {
        outcome: 'unstable',
        findings: first.findings,
        notes: notesOn(first.timeline),
        reason,
        timeline: first.timeline,
      },
      gateIsBroken: false,
    };
  } catch (error) {
    if (error instanceof OverTooSoon)
      return {
        report: { outcome: 'unstable', findings: [], notes: [], reason: error.message },
        gateIsBroken: false,
      };
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { report: { outcome: 'trouble', findings: [], notes: [], reason }, gateIsBroken: false };
  }
}

type Judged = JudgedPlay & { readonly timeline: Timeline };

function verdictOf(
  { outcome, findings, missing, timeline, gateIsBroken }: Judged,
  { keepAll }: GradeOptions,
): { report: Verdict; gateIsBroken: boolean } {
  const notes = notesOn(timeline);
  const reason = missing === undefined ? {} : { reason: missing };
  const seen = keepAll || outcome !== 'passed' ? { timeline } : {};
  return { report: { outcome, findings, notes, ...reason, ...seen }, gateIsBroken };
}

async function playAndJudge(
  scenario: Scenario,
  { program, theatre, seed }: GradeOptions,
  starting: Slots,
): Promise<Judged> {
  for (let attempt = 0; ; attempt += 1) {
    const onBegun = await starting.take();
    try {
      const timeline = await playOnce(scenario, { theatre, program, seed, attempt, onBegun });
      return { ...judgePlay(scenario.expect, timeline), timeline };
    } catch (error) {
      if (!(error instanceof OverTooSoon) || attempt === plays - 1) throw error;
    } finally {
      onBegun();
    }
  }
}

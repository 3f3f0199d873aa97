import type { Timeline } from '../timeline/events.ts';

/**
 * How a check ended. `moot`: the program never came so far that it could be judged. `unstable`: it failed on time
 * alone and then did not, in a fresh process. `trouble`: a fault of the tool, never counted against the program.
 */
export type Outcome = 'passed' | 'failed' | 'moot' | 'unstable' | 'trouble';

/** Core checks decide whether an exercise is passed; stretch checks are shown and counted, and never block. */
export type Tier = 'core' | 'stretch';

/** One broken claim, in whole sentences for the learner. */
export interface Finding {
  readonly claim: string;
  readonly expected: string;
  readonly seen: string;
  readonly because: string;
  readonly help: string;
  /** Indices into the check's timeline of the events that show it. */
  readonly evidence: readonly number[];
}

export interface CheckReport {
  readonly id: string;
  /** The number of the point of the exercise's brief that this check belongs to. */
  readonly point: number;
  readonly title: string;
  readonly tier: Tier;
  readonly outcome: Outcome;
  readonly durationMs: number;
  readonly findings: readonly Finding[];
  /** Whole sentences about what else was seen, such as helpers left behind or output beyond the cap. */
  readonly notes: readonly string[];
  /** What was missing, where the check is moot; what went wrong on our side, where it is trouble. */
  readonly reason?: string;
  /** The check whose failure leaves nothing to say here; the check was then not played. */
  readonly follows?: string;
  /** Nothing was played, because this platform cannot deliver what the check needs. */
  readonly skipped?: true;
  /** All that was seen, where the check was played and did not pass, or where all was asked for. */
  readonly timeline?: Timeline;
}

/** What one run of `check` found out. Every format is a function of this record. */
export interface Report {
  readonly schema: 1;
  readonly exercise: string;
  readonly file: string;
  readonly seed: number;
  readonly passed: boolean;
  /** 1 on a quiet machine; upper bounds on time were stretched by this. */
  readonly slowness: number;
  readonly durationMs: number;
  readonly checks: readonly CheckReport[];
}

/** What one call of `check` graded: one exercise, or all that have a file. */
export interface Graded {
  readonly scope: 'one' | 'all';
  /** Every exercise has a file and passed; with one exercise, or a part of it, that one. */
  readonly passed: boolean;
  readonly reports: readonly Report[];
  /** Ids of the exercises that have no file here, where all were asked for. */
  readonly without: readonly string[];
}

/** Passed is said only where every core check was played and passed. */
export const isPassed = (checks: readonly CheckReport[]): boolean => {
  const core = checks.filter((check) => check.tier === 'core');
  return core.length > 0 && core.every((check) => check.outcome === 'passed');
};

export const hasTrouble = (report: Report): boolean =>
  report.checks.some((check) => check.outcome === 'trouble');

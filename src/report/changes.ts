import type { CheckReport } from './report.ts';

/** How the checks of two runs differ, by their ids. */
export interface Changes {
  readonly fixed: readonly string[];
  readonly broken: readonly string[];
  readonly still: readonly string[];
  /** How many are not judged because they follow from one of these. */
  readonly following: number;
}

/** Compares a run with the one before it; without one before, whatever does not pass is counted as it stands. */
export function changesSince(
  before: readonly CheckReport[] | undefined,
  now: readonly CheckReport[],
): Changes {
  const passedBefore = new Set(before?.filter(({ outcome }) => outcome === 'passed').map(({ id }) => id));
  const notPassed = now.filter(({ outcome, skipped }) => outcome !== 'passed' && !skipped);
  const open = notPassed.filter(({ follows }) => follows === undefined).map(({ id }) => id);
  const passes = now.filter(({ outcome }) => outcome === 'passed').map(({ id }) => id);
  return {
    fixed: before === undefined ? [] : passes.filter((id) => !passedBefore.has(id)),
    broken: open.filter((id) => passedBefore.has(id)),
    still: open.filter((id) => !passedBefore.has(id)),
    following: notPassed.length - open.length,
  };
}

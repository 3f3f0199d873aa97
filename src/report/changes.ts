import type { CheckReport } from './report.ts';

/** How the checks of two runs differ, by their ids. */
export interface Changes {
  readonly fixed: readonly string[];
  readonly broken: readonly string[];
  readonly still: readonly string[];
}

/** Compares a run with the one before it; without one before, whatever does not pass is counted as it stands. */
export function changesSince(
  before: readonly CheckReport[] | undefined,
  now: readonly CheckReport[],
): Changes {
  const passedBefore = new Set(before?.filter(({ outcome }) => outcome === 'passed').map(({ id }) => id));
  const open = now.filter(({ outcome }) => outcome !== 'passed').map(({ id }) => id);
  const passes = now.filter(({ outcome }) => outcome === 'passed').map(({ id }) => id);
  return {
    fixed: before === undefined ? [] : passes.filter((id) => !passedBefore.has(id)),
    broken: open.filter((id) => passedBefore.has(id)),
    still: open.filter((id) => !passedBefore.has(id)),
  };
}

import type { CheckReport } from '../report/report.ts';
import type { Scenario } from './words.ts';

/** Why nothing can be judged on a platform, as the end of "not judged, because ..."; undefined where all can. */
export function whyNotJudged(platform: NodeJS.Platform): string | undefined {
  if (platform !== 'win32') return undefined;
  return 'Windows cannot deliver POSIX signals to another process: a SIGTERM ends it at once, and none of its listeners runs. In WSL every check is played';
}

/** Every check as one that was not played, and is not failed either. */
export const skipAll = (scenarios: readonly Scenario[], reason: string): CheckReport[] =>
  scenarios.map(({ id, point, title, tier }) => ({
    id,
    point,
    title,
    tier,
    outcome: 'moot',
    durationMs: 0,
    findings: [],
    notes: [],
    reason,
    skipped: true,
  }));

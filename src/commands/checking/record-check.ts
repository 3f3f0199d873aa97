import type { Surroundings } from '../../cli/command.ts';
import { type Progress, withCheck, withPassed } from '../../progress/progress.ts';
import { progressFileFor, updateProgress } from '../../progress/progress-file.ts';
import type { Report } from '../../report/report.ts';
import { contentOf } from '../../workspace/content-of.ts';

/**
 * Remembers what a whole check of `content` found, and a pass with it. A program that was changed meanwhile is recorded
 * as neither; where recording fails, the verdict stands all the same.
 */
export async function recordCheck(report: Report, content: string, around: Surroundings): Promise<void> {
  const { console } = around;
  // Where nothing was played, nothing was found out.
  if (report.checks.every(({ skipped }) => skipped === true)) return;
  try {
    if ((await contentOf(report.file)) !== content) {
      console.err('The program was changed while it was checked, so nothing was recorded. Check it again.');
      return;
    }
    const notice = await updateProgress(await progressFileFor(around), (before) =>
      afterCheck(before, report, content),
    );
    if (notice) console.err(notice);
  } catch (error) {
    console.err(`What was found could not be recorded: ${(error as Error).message}. The verdict stands.`);
  }
}

function afterCheck(before: Progress, { exercise, passed, checks }: Report, content: string): Progress {
  const now = new Date().toISOString();
  const open = checks.filter(({ outcome }) => outcome !== 'passed').map(({ id }) => id);
  const checked = withCheck(before, exercise, { checkedAt: now, content, open });
  if (!passed) return checked;
  const stretch = checks.filter(({ tier, outcome }) => tier === 'stretch' && outcome === 'passed');
  return withPassed(checked, exercise, { passedAt: now, content, stretch: stretch.map(({ id }) => id) });
}

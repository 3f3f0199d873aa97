import type { Surroundings } from '../../cli/command.ts';
import type { Progress } from '../../progress/progress.ts';
import { progressFileFor, updateProgress } from '../../progress/progress-file.ts';

/** Writes something into the learner's progress. Where that fails, it is said, and what was shown stands all the same. */
export async function record(change: (progress: Progress) => Progress, around: Surroundings): Promise<void> {
  try {
    const notice = await updateProgress(await progressFileFor(around), change);
    if (notice) around.console.err(notice);
  } catch (error) {
    around.console.err(`Your progress could not be recorded: ${(error as Error).message}.`);
  }
}

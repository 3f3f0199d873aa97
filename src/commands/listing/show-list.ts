import type { Surroundings } from '../../cli/command.ts';
import { type ExitCode, exitCode } from '../../cli/exit-code.ts';
import { loadOverview } from '../../course/overview.ts';
import { progressFileFor, readProgress } from '../../progress/progress-file.ts';
import { listAsJson, listForPeople } from './listing.ts';

/** Prints all topics with what is done of them, for people or as one JSON document. */
export async function showList(
  { json = false }: { readonly json?: boolean },
  around: Surroundings,
): Promise<ExitCode> {
  const { console } = around;
  const { progress, notice } = await readProgress(await progressFileFor(around));
  const topics = await loadOverview();
  if (json) {
    console.out(JSON.stringify(listAsJson(topics, progress), null, 2));
    return exitCode.passed;
  }
  for (const line of listForPeople(topics, progress, console)) console.out(line);
  if (notice) console.err(notice);
  return exitCode.passed;
}

import { relative } from 'node:path';
import type { Surroundings } from '../../cli/command.ts';
import { type ExitCode, exitCode } from '../../cli/exit-code.ts';
import { loadOverview } from '../../course/overview.ts';
import type { Progress } from '../../progress/progress.ts';
import { progressFileFor, readProgress } from '../../progress/progress-file.ts';
import { counted } from '../../report/counted.ts';
import { contentOf } from '../../workspace/content-of.ts';
import { findPrograms } from '../../workspace/find-program.ts';

/** How an exercise stands: never passed, passed by the file that is here, or passed and changed since, or gone. */
type Standing = 'open' | 'passed' | 'changed' | 'elsewhere';

interface ExerciseRow {
  readonly id: string;
  readonly title: string;
  readonly standing: Standing;
  readonly passedAt?: string;
  readonly stretch: readonly string[];
  readonly file?: string;
  /** Checks that did not pass the last time, where the last check found any. */
  readonly open?: readonly string[];
}

/** Prints what is passed, seen and answered; `changed` names what has to be checked again. */
export async function showProgress(
  { json = false }: { json?: boolean },
  around: Surroundings,
): Promise<ExitCode> {
  const { console } = around;
  const file = await progressFileFor(around);
  const { progress, notice } = await readProgress(file);
  const rows = await rowsOf(progress, around.cwd);
  if (notice) console.err(notice);
  if (json) {
    const { scenes, answers } = progress;
    console.out(JSON.stringify({ schema: 1, file, exercises: rows, scenes, answers }, null, 2));
    return exitCode.passed;
  }
  for (const row of rows) console.out(lineFor(row, around));
  const seen = Object.values(progress.scenes).reduce((sum, ids) => sum + ids.length, 0);
  const answers = Object.values(progress.answers);
  const right = answers.filter((answer) => answer.right).length;
  console.out();
  console.out(
    `${counted(seen, 'scene')} seen, ${counted(answers.length, 'question')} answered, ${right} of them right.`,
  );
  console.out(console.color.dim(`kept in ${file}`));
  return exitCode.passed;
}

async function rowsOf(progress: Progress, cwd: string): Promise<ExerciseRow[]> {
  const exercises = (await loadOverview()).flatMap((topic) => topic.exercises);
  const unique = [...new Map(exercises.map((exercise) => [exercise.id, exercise])).values()].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
  const rows: ExerciseRow[] = [];
  // One after the other: the reading of imports goes through one service, which each of them ends.
  for (const exercise of unique) rows.push(await rowOf(exercise, progress, cwd));
  return rows;
}

async function rowOf(
  { id, title }: { readonly id: string; readonly title: string },
  progress: Progress,
  cwd: string,
): Promise<ExerciseRow> {
  const passed = progress.exercises[id];
  const [file] = findPrograms(cwd, id);
  const last = progress.checks[id];
  // Where nothing is recorded there is nothing to compare the file with.
  const isRecorded = passed !== undefined || last !== undefined;
  const content = file === undefined || !isRecorded ? undefined : await contentOf(file);
  const standing: Standing =
    passed === undefined
      ? 'open'
      : content === undefined
        ? 'elsewhere'
        : content === passed.content
          ? 'passed'
          : 'changed';
  return {
    id,
    title,
    standing,
    ...(passed && { passedAt: passed.passedAt }),
    stretch: passed?.stretch ?? [],
    ...(file !== undefined && { file: relative(cwd, file) }),
    ...(last !== undefined && last.content === content && { open: last.open }),
  };
}

function lineFor(
  { id, title, standing, passedAt, stretch, open }: ExerciseRow,
  { console }: Surroundings,
): string {
  const { color } = console;
  const on = passedAt?.slice(0, 10);
  const extra = stretch.length === 0 ? '' : `, ${stretch.length} stretch`;
  const words = {
    open: color.dim(open === undefined ? '○ not passed yet' : `○ ${open.length} checks open`),
    passed: color.green(`✔ passed on ${on}${extra}`),
    changed: color.yellow(`≈ passed on ${on}, changed since: proc-course check ${id}`),
    elsewhere: color.green(`✔ passed on ${on}${extra}, with a file that is not here`),
  }[standing];
  return `${id}  ${title}\n            ${words}`;
}

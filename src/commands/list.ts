import type { Command } from '../cli/command.ts';
import type { Console } from '../cli/console.ts';
import { exitCode } from '../cli/exit-code.ts';
import { wrap } from '../report/columns.ts';

interface Options {
  readonly json?: boolean;
}

export const list: Command<Options> = {
  name: 'list',
  summary: 'Show the topics with their examples and exercises, and what is done',
  positional: [],
  options: [{ flag: '--json', summary: 'print one JSON document and nothing else' }],
  examples: ['proc-course list', 'proc-course list --json'],
  async run({ options }, around) {
    const { console } = around;
    const [{ loadOverview }, { progressFileFor, readProgress }] = await Promise.all([
      import('../course/overview.ts'),
      import('../progress/progress-file.ts'),
    ]);
    const { progress, notice } = await readProgress(await progressFileFor(around));
    const topics = await loadOverview();
    const isPassed = (exercise: string): boolean => exercise in progress.exercises;
    if (options.json) {
      const exercisesOf = (topic: (typeof topics)[number]) =>
        topic.exercises.map((exercise) => ({ ...exercise, passed: isPassed(exercise.id) }));
      console.out(
        JSON.stringify(
          { schema: 1, topics: topics.map((topic) => ({ ...topic, exercises: exercisesOf(topic) })) },
          null,
          2,
        ),
      );
      return exitCode.passed;
    }
    const { color } = console;
    for (const { id, title, examples, exercises } of topics) {
      console.out(color.bold(`${id.slice(0, 2)}  ${title}`));
      for (const example of examples) console.out(entry('example', example.id, example.title, console));
      for (const exercise of exercises) {
        const mark = isPassed(exercise.id) ? `${color.green('✔ passed')}  ` : '';
        console.out(
          entry('exercise', exercise.id, `${mark}${exercise.title} (${exercise.difficulty})`, console),
        );
      }
    }
    if (notice) console.err(notice);
    console.out();
    console.out(`Play an example:    ${color.cyan('proc-course run 02-graceful-shutdown')}`);
    console.out(
      `Start an exercise:  ${color.cyan('proc-course init')}, then ${color.cyan('proc-course check exercise-1')}`,
    );
    return exitCode.passed;
  },
};

// The longest id is 24 columns wide, 07-performance-monitoring.
const idColumns = 27;

function entry(kind: string, id: string, text: string, { color, width }: Console): string {
  const indent = ' '.repeat(4 + 10 + idColumns);
  return `    ${color.dim(kind.padEnd(10))}${color.cyan(id.padEnd(idColumns))}${wrap(text, width, indent)}`;
}

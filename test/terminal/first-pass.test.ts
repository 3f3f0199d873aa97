import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { binary, root, Workspace } from '../commands/workspace.ts';
import { openTerminal } from './terminal.ts';

const solution = readFileSync(join(root, 'solutions/exercise-1/linear.ts'), 'utf8');

/** One after another as a learner types them, in an empty folder, in one terminal with a shell of its own. */
test('a learner gets from the first start to the first pass, led from step to step', async () => {
  using workspace = new Workspace();
  await using terminal = openTerminal(['/bin/sh'], {
    cwd: workspace.folder,
    rows: 40,
    env: { PROC_COURSE_STATE_DIR: workspace.state, PS1: '$ ', NODE: process.execPath, COURSE: binary },
  });
  const enter = (line: string): void => terminal.type(`clear; ${line}\r`);
  await terminal.shows('$');

  enter('"$NODE" "$COURSE" next');
  await terminal.shows(/Now +Play the example 01-signal-basics/);

  enter('"$NODE" "$COURSE" init');
  await terminal.shows('Which language do you want to write in?');
  terminal.type('\u001b[B');
  await terminal.shows('❯ TypeScript');
  terminal.type('\r');
  await terminal.shows(/wrote +exercise-1\.md[\s\S]*write into exercise-1\.ts/);

  enter('"$NODE" "$COURSE" check exercise-1 | tail -30');
  await terminal.shows(/Not passed: \d+ of 18 core checks/);

  enter('"$NODE" "$COURSE" hint');
  await terminal.shows(/exercise-1, hint 1/);

  enter('"$NODE" "$COURSE" explain 1/stops-on-sigterm');
  await terminal.shows(/SIGTERM/);

  writeFileSync(join(workspace.folder, 'exercise-1.ts'), solution);
  enter('"$NODE" "$COURSE" check exercise-1');
  await terminal.shows(/Passed: 18 of 18 core checks, 3 of 3 stretch checks/);

  enter('"$NODE" "$COURSE" next');
  await terminal.shows(/Now +Play the example/);
  enter('"$NODE" "$COURSE" progress');
  await terminal.shows(/exercise-1 .*\n +✔ passed on/);
  enter('exit');
  await terminal.ended;
});

import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseProgress } from '../../src/progress/progress.ts';
import { root, Workspace } from './workspace.ts';

test('two checks and a watch at once on one workspace all end well, and what they recorded is there', async () => {
  using workspace = new Workspace();
  // Three at once load the machine as nothing else does: figures of time are stretched, as a slow machine's owner does it.
  const env = { ...workspace.env, PROC_COURSE_TIME_SCALE: '3' };
  const solution = (name: string): string => join(root, 'solutions', name);
  copyFileSync(solution('exercise-1/linear.ts'), join(workspace.folder, 'exercise-1.ts'));
  const other = workspace.runWith(env, 'check', '1', '--file', solution('exercise-1/state-machine.ts'));
  const watch = workspace.start('watch', '1');
  const told = watch.prints(/round 1[\s\S]*Every check passes/);
  const [one, two] = await Promise.all([workspace.runWith(env, 'check', '1'), other, told]);
  for (const { code, stdout, stderr } of [one, two])
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
  watch.child.kill('SIGINT');
  expect(await watch.ended).toEqual({ code: 130, signal: null });
  const progress = parseProgress(readFileSync(join(workspace.state, 'progress.json'), 'utf8'));
  if (typeof progress === 'string') throw new Error(progress);
  expect(progress.exercises['exercise-1']?.stretch).toHaveLength(3);
  expect(progress.checks['exercise-1']?.open).toEqual([]);
  expect(readdirSync(workspace.state)).toEqual(['progress.json']);
}, 300_000);

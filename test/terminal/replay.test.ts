import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { binary, root, Workspace } from '../commands/workspace.ts';
import { openTerminal } from './terminal.ts';

const openReplay = (workspace: Workspace, ...argv: string[]) => {
  copyFileSync(join(root, 'solutions/exercise-1/linear.ts'), join(workspace.folder, 'exercise-1.ts'));
  const env = { PROC_COURSE_STATE_DIR: workspace.state };
  return openTerminal([process.execPath, binary, 'replay', ...argv], { cwd: workspace.folder, env });
};

test('replay waits for a key before each step, and says which one it is', async () => {
  using workspace = new Workspace();
  await using terminal = openReplay(workspace, '1/answers-in-flight');
  await terminal.shows('next: GET /, as "earlier"');
  expect(terminal.screen()).not.toContain('asked GET /');
  terminal.type(' ');
  await terminal.shows('next: GET /slow');
  expect(terminal.screen()).not.toContain('asked GET /slow');
  terminal.type(' ');
  await terminal.shows(/next: GET \/slow\S+, as "slower"/);
  terminal.type(' ');
  await terminal.shows(/next: [^\n]*GET \/slow\S+, as\s+"slow at SIGINT"/);
  terminal.type(' ');
  await terminal.shows('next: send SIGTERM');
  expect(terminal.screen()).not.toContain('sent SIGTERM');
  terminal.type('a');
  await terminal.shows('All that the check claims was seen.');
  expect((await terminal.ended).code).toBe(0);
});

test('the steps of a second program wait for their keys as well', async () => {
  using workspace = new Workspace();
  await using terminal = openReplay(workspace, '1/forces-the-exit-at-the-limit', '--slowly', '2');
  await terminal.shows('next: ');
  expect(terminal.screen()).not.toContain('asked GET /hang');
  for (const step of ['sent SIGTERM', 'second: sent SIGINT']) expect(terminal.screen()).not.toContain(step);
  terminal.type('a');
  await terminal.shows('All that the check claims was seen.');
  expect((await terminal.ended).code).toBe(0);
});

test('Ctrl-C leaves a replay with code 130, and its program with it', async () => {
  using workspace = new Workspace();
  await using terminal = openReplay(workspace, '1/refuses-new-connections');
  await terminal.shows('next: GET /slow');
  terminal.type('\u0003');
  expect((await terminal.ended).code).toBe(130);
  expect(terminal.screen()).not.toMatch(/\bat .*:\d+:\d+/);
});

import { describe, expect, test } from 'vitest';
import { binary, Workspace } from '../commands/workspace.ts';
import { openTerminal, type Terminal } from './terminal.ts';

const down = '\u001b[B';

function openHome(workspace: Workspace): Terminal {
  const env = { PROC_COURSE_STATE_DIR: workspace.state };
  return openTerminal([process.execPath, binary], { cwd: workspace.folder, env });
}

describe('proc-course alone', () => {
  test('says what is next and leads through a command and back', async () => {
    using workspace = new Workspace();
    await using terminal = openHome(workspace);
    await terminal.shows('What now?');
    expect(terminal.screen()).toMatch(/Now +Play the example 01-signal-basics/);
    terminal.type(down);
    await terminal.shows(/❯ list/);
    terminal.type('\r');
    await terminal.shows('Enter goes back');
    terminal.type('\r');
    await terminal.shows(/❯ next/);
    terminal.type('\u001b[A');
    terminal.type('\u0003');
    expect((await terminal.ended).code).toBe(130);
    expect(terminal.screen()).not.toMatch(/ExitPromptError|\bat .*:\d+:\d+/);
  });

  test('asks what a command needs, and Ctrl-C there leaves with code 130 and no stack', async () => {
    using workspace = new Workspace();
    await using terminal = openHome(workspace);
    await terminal.shows('What now?');
    for (let step = 0; step < 4; step += 1) terminal.type(down);
    await terminal.shows(/❯ run/);
    terminal.type('\r');
    await terminal.shows('Which example?');
    terminal.type('\u0003');
    expect((await terminal.ended).code).toBe(130);
    expect(terminal.screen()).not.toMatch(/ExitPromptError|\bat .*:\d+:\d+/);
  });

  test('ends at a SIGTERM that reaches it while it asks', async () => {
    using workspace = new Workspace();
    await using terminal = openHome(workspace);
    await terminal.shows('What now?');
    process.kill(terminal.pid, 'SIGTERM');
    expect((await terminal.ended).code).toBe(130);
    expect(terminal.screen()).not.toMatch(/AbortPromptError|\bat .*:\d+:\d+/);
  });

  test('fits 80 columns and 24 rows', async () => {
    using workspace = new Workspace();
    await using terminal = openHome(workspace);
    await terminal.shows('What now?');
    const lines = terminal.screen().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    terminal.type('\u0003');
    await terminal.ended;
  });
});

test('proc-course alone, without a terminal, tells the same as text and ends', async () => {
  using workspace = new Workspace();
  const { code, stdout } = await workspace.run();
  expect(stdout).toMatch(/^proc-course: [\s\S]*Now +Play the example/);
  for (const name of ['guide', 'check', 'watch', 'quiz', 'doctor'])
    expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  expect(code).toBe(0);
});

import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { binary, root, Workspace } from '../commands/workspace.ts';
import { openTerminal, type Terminal } from './terminal.ts';

const solution = readFileSync(join(root, 'solutions/exercise-1/linear.ts'), 'utf8');
/** Says the wrong name for one of the signals, and is right in all else. */
const mistaken = solution.replace("'SIGHUP'", "'SIGUSR2'");

function openWatch(workspace: Workspace, size: { columns?: number; rows?: number } = {}): Terminal {
  const env = { PROC_COURSE_STATE_DIR: workspace.state };
  return openTerminal([process.execPath, binary, 'watch', '1'], { cwd: workspace.folder, env, ...size });
}

describe('watch on a terminal', () => {
  test('tells what is broken and what is fixed, from one save to the next', async () => {
    using workspace = new Workspace();
    const file = workspace.write('exercise-1.ts', solution);
    await using terminal = openWatch(workspace);
    await terminal.shows('Every check passes.');
    writeFileSync(file, mistaken);
    await terminal.shows(/broken +stops-on-sighup/);
    expect(terminal.screen()).toMatch(/seen +it was killed by SIGHUP/);
    // As many editors save: a new file takes the place of the old one.
    writeFileSync(`${file}.new`, solution);
    renameSync(`${file}.new`, file);
    await terminal.shows(/fixed +stops-on-sighup/);
    expect(terminal.screen()).toContain('passed, 21 of 21 checks');
    terminal.type('q');
    expect((await terminal.ended).code).toBe(0);
  });

  test('ends a check that a new save has overtaken, and tells only the last', async () => {
    using workspace = new Workspace();
    const file = workspace.write('exercise-1.ts', mistaken);
    await using terminal = openWatch(workspace);
    await terminal.shows('checking ...');
    writeFileSync(file, solution);
    await terminal.shows('round 2');
    await terminal.shows('Every check passes.');
    expect(terminal.raw()).not.toContain('stops-on-sighup');
    terminal.type('q');
    expect((await terminal.ended).code).toBe(0);
  });

  test('shows the next failure, its timeline and a hint at their keys, and fits the window when that changes', async () => {
    using workspace = new Workspace();
    copyFileSync(join(root, 'exercises/exercise-1.ts'), join(workspace.folder, 'exercise-1.ts'));
    await using terminal = openWatch(workspace, { columns: 120, rows: 40 });
    await terminal.shows(/failure 1 of \d+/);
    terminal.type('n');
    await terminal.shows(/failure 2 of \d+/);
    terminal.type('t');
    await terminal.shows(/program +├/);
    terminal.resize(80, 24);
    await terminal.shows('make the window higher');
    await terminal.shows('q quit');
    expect(terminal.screen()).toMatch(/^exercise-1 /);
    expect(
      Math.max(
        ...terminal
          .screen()
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(80);
    terminal.type('h');
    await terminal.shows(/exercise-1, hint 1/);
    terminal.type('\r');
    await terminal.shows(/failure \d of \d+/);
    terminal.type('q');
    expect((await terminal.ended).code).toBe(1);
  });

  test('Ctrl-C in the middle of a check leaves with code 130, no stack, and the terminal as it was', async () => {
    using workspace = new Workspace();
    workspace.write('exercise-1.ts', solution);
    await using terminal = openWatch(workspace);
    await terminal.shows('checking ...');
    terminal.type('\u0003');
    expect((await terminal.ended).code).toBe(130);
    expect(terminal.screen()).not.toMatch(/\bat .*:\d+:\d+/);
  });
});

test('watch through a pipe tells each round as text, writes its page anew, and ends at SIGINT with code 130', async () => {
  using workspace = new Workspace();
  const file = workspace.write('exercise-1.ts', mistaken);
  const { child, ended, prints } = workspace.start('watch', '1', '--html', 'round.html');
  await prints(/round 1[\s\S]*still failing +stops-on-sighup/);
  const fixed = prints(/round 2[\s\S]*fixed +stops-on-sighup[\s\S]*Every check passes/);
  const page = (): string => readFileSync(join(workspace.folder, 'round.html'), 'utf8');
  await vi.waitUntil(() => existsSync(join(workspace.folder, 'round.html')) && /not passed/.test(page()));
  writeFileSync(file, solution);
  await fixed;
  await vi.waitUntil(() => !/not passed/.test(page()), { timeout: 10_000 });
  expect(page().match(/<svg /g)).toHaveLength(21);
  child.kill('SIGINT');
  expect(await ended).toEqual({ code: 130, signal: null });
});

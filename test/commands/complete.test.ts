import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { Workspace } from './workspace.ts';

describe('complete', () => {
  test.each([
    [['ch'], /^check\t/m],
    [['check', ''], /^exercise-3\t/m],
    [['check', 'exercise-1', '--re'], /^--reporter\t/m],
    [['run', '02'], /^02-graceful-shutdown\t/m],
    [['guide', ''], /^08-ipc\t/m],
  ])('answers a shell that asks how %j goes on', async (words, wanted) => {
    using workspace = new Workspace();
    const { code, stdout } = await workspace.run('complete', '--', ...words);
    expect(stdout).toMatch(wanted);
    expect(code).toBe(0);
  });

  test('prints a script that bash can read', async () => {
    using workspace = new Workspace();
    const { stdout } = await workspace.run('complete', 'bash');
    expect(spawnSync('bash', ['-n'], { input: stdout }).status).toBe(0);
    expect((await workspace.run('complete', 'zsh')).stdout).toContain('#compdef proc-course');
    expect((await workspace.run('complete', 'fish')).stdout).toMatch(/complete (-c|--command) proc-course/);
  });

  test('names the shells that there are where another is asked for', async () => {
    using workspace = new Workspace();
    const { code, stderr } = await workspace.run('complete', 'tcsh');
    expect(stderr).toMatch(/no completion for the shell "tcsh"; there is for bash, zsh, fish/);
    expect(code).toBe(2);
  });
});

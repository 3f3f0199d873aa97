import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root, Workspace } from './workspace.ts';

const solutions = join(root, 'solutions/exercise-1');
/** Gets ready and knows no signal: it fails what has to do with the shutdown, and nothing else. */
const starter = join(root, 'exercises/exercise-1.ts');

const passed = (workspace: Workspace): void =>
  writeFileSync(
    join(workspace.state, 'progress.json'),
    JSON.stringify({
      schema: 1,
      exercises: { 'exercise-1': { passedAt: '2026-01-01T00:00:00.000Z', content: 'x', stretch: [] } },
    }),
  );

describe('hint', () => {
  test('shows the next hint for what fails, one at a time, and checks the file only where it has changed', async () => {
    using workspace = new Workspace();
    copyFileSync(starter, join(workspace.folder, 'exercise-1.ts'));
    const first = await workspace.run('hint');
    expect(first.stderr).toMatch(/has not been checked as it is now, so it is checked first/);
    expect(first.stdout).toMatch(/^exercise-1, hint 1: /);
    expect(first.code).toBe(0);
    const second = await workspace.run('hint', '1');
    expect(second.stderr).toBe('');
    expect(second.stdout).toMatch(/^exercise-1, hint 2: /);
    expect(second.stdout).not.toMatch(/hint 3/);
  });

  test('has nothing to hint at where every check passes', async () => {
    using workspace = new Workspace();
    copyFileSync(join(solutions, 'linear.ts'), join(workspace.folder, 'exercise-1.ts'));
    const { code, stdout } = await workspace.run('hint', '1');
    expect(stdout).toMatch(/^Every check of exercise-1 passes/);
    expect(code).toBe(0);
  });

  test('gives all hints at once only where that is meant', async () => {
    using workspace = new Workspace();
    copyFileSync(starter, join(workspace.folder, 'exercise-1.ts'));
    const asked = await workspace.run('hint', '1', '--all');
    expect(asked.stderr).toMatch(/Try: proc-course hint exercise-1 --all --yes/);
    expect({ code: asked.code, stdout: asked.stdout }).toEqual({ code: 2, stdout: '' });
    const { stdout } = await workspace.run('hint', '1', '--all', '--yes');
    expect(stdout.match(/, hint \d+: /g)?.length).toBeGreaterThanOrEqual(4);
  });
});

describe('explain', () => {
  test('tells what is done, shown on a right program, with why and where to read on', async () => {
    using workspace = new Workspace();
    const { code, stdout } = await workspace.run('explain', '1/answers-in-flight');
    expect(stdout).toMatch(/^exercise-1\/answers-in-flight\n/);
    expect(stdout).toMatch(/Point 3 of the brief: Draining\./);
    expect(stdout).toMatch(/\d+ ms {2}sent SIGTERM/);
    expect(stdout).toMatch(/got status 200 for "slow"/);
    expect(stdout).toMatch(/^why {6}\S/m);
    expect(code).toBe(0);
  });

  test('asks which exercise is meant where several have such a check', async () => {
    using workspace = new Workspace();
    const { code, stderr } = await workspace.run('explain', 'stops-on-sigterm');
    expect(stderr).toMatch(/exercise-1\/stops-on-sigterm, exercise-4\/stops-on-sigterm/);
    expect(stderr).toMatch(/Try: proc-course explain exercise-1\/stops-on-sigterm/);
    expect(code).toBe(2);
  });

  test('names the nearest checks where there is none of that name', async () => {
    using workspace = new Workspace();
    const { code, stderr } = await workspace.run('explain', '1/answer-in-fligth');
    expect(stderr).toMatch(/The nearest: answers-in-flight/);
    expect(code).toBe(2);
  });
});

describe('replay', () => {
  test('plays the check without a terminal as the grader does, and judges it', async () => {
    using workspace = new Workspace();
    copyFileSync(join(solutions, 'linear.ts'), join(workspace.folder, 'exercise-1.ts'));
    const { code, stdout } = await workspace.run('replay', '1/answers-in-flight', '--seed', '3');
    expect(stdout).toMatch(/exercise-1\.ts, seed 3/);
    expect(stdout).toMatch(/sent SIGTERM[\s\S]*All that the check claims was seen\./);
    expect(code).toBe(0);
  });

  test('shows what was expected and seen where the program fails it', async () => {
    using workspace = new Workspace();
    copyFileSync(starter, join(workspace.folder, 'exercise-1.ts'));
    const { code, stdout } = await workspace.run('replay', '1/stops-on-sigterm');
    expect(stdout).toMatch(/seen: it was killed by SIGTERM/);
    expect(code).toBe(1);
  });
});

describe('solution', () => {
  test('keeps the solutions back until the exercise is passed, unless the learner wants to be told', async () => {
    using workspace = new Workspace();
    const before = await workspace.run('solution', '1');
    expect(before.stderr).toMatch(/exercise-1 has not passed yet/);
    expect({ code: before.code, stdout: before.stdout }).toEqual({ code: 2, stdout: '' });
    expect((await workspace.run('solution', '1', '--spoil')).stdout).toMatch(
      /proc-course solution exercise-1 linear/,
    );
    passed(workspace);
    const after = await workspace.run('solution', '1', 'linear');
    expect(after.stdout.trimEnd()).toBe(readFileSync(join(solutions, 'linear.ts'), 'utf8').trimEnd());
  });

  test('shows what differs from the learner’s own file', async () => {
    using workspace = new Workspace();
    passed(workspace);
    const own = readFileSync(join(solutions, 'linear.ts'), 'utf8').replace("'SIGHUP'", "'SIGUSR2'");
    workspace.write('exercise-1.ts', own);
    const { code, stdout } = await workspace.run('solution', '1', 'linear', '--diff');
    expect(stdout).toMatch(/^-.*SIGUSR2.*\n\+.*SIGHUP/m);
    expect(code).toBe(0);
  });

  test('names the approaches where there is none of that name', async () => {
    using workspace = new Workspace();
    const { code, stderr } = await workspace.run('solution', '1', 'linaer', '--spoil');
    expect(stderr).toMatch(/it has connection-tracker, linear, state-machine/);
    expect(code).toBe(2);
  });
});

describe('reset', () => {
  test('keeps each earlier file under its own number, and begins anew', async () => {
    using workspace = new Workspace();
    await workspace.run('init', '--lang', 'ts');
    const file = workspace.write('exercise-1.ts', '// first');
    expect((await workspace.run('reset', '1')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(starter, 'utf8'));
    writeFileSync(file, '// second');
    const { stdout } = await workspace.run('reset', '1');
    expect(stdout).toMatch(/kept {3}exercise-1\.ts\.backup-2/);
    const backup = (number: number): string => readFileSync(`${file}.backup-${number}`, 'utf8');
    expect([backup(1), backup(2)]).toEqual(['// first', '// second']);
  });

  test('keeps a file of CommonJS as a backup, and puts the starter, a module, beside its name', async () => {
    using workspace = new Workspace();
    workspace.write('exercise-1.cjs', 'require("node:http")');
    const { code } = await workspace.run('reset', '1');
    expect(code).toBe(0);
    expect(readdirSync(workspace.folder).sort()).toEqual(['exercise-1.cjs.backup-1', 'exercise-1.mjs']);
  });

  test('has nothing to reset where there is no file', async () => {
    using workspace = new Workspace();
    const { code, stderr } = await workspace.run('reset', '1');
    expect(stderr).toMatch(/There is no file for exercise-1/);
    expect(code).toBe(2);
    expect(existsSync(join(workspace.folder, 'exercise-1.js'))).toBe(false);
  });
});

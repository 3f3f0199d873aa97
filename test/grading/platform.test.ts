import { Chalk } from 'chalk';
import { describe, expect, test } from 'vitest';
import { skipAll, whyNotJudged } from '../../src/grading/platform.ts';
import { runCheck } from '../../src/grading/run-check.ts';
import type { Scenario } from '../../src/grading/words.ts';
import { isToBeSkipped } from '../../src/report/plain-finding.ts';
import { isPassed } from '../../src/report/report.ts';
import { openReporter, reporterNames } from '../../src/report/reporters.ts';

const scenario = { point: 1, title: 'it does', tier: 'core', expect: [], play: async () => {} };
const scenarios = ['one', 'other'].map((id) => ({ ...scenario, id })) as unknown as Scenario[];

describe('on native Windows', () => {
  test('the reason says what cannot be delivered, and where it can', () => {
    expect(whyNotJudged('win32')).toMatch(/cannot deliver POSIX signals.*WSL/);
  });

  test('every check is moot with the reason, and none is failed or passed', () => {
    const checks = skipAll(scenarios, whyNotJudged('win32') ?? '');
    expect(checks.map(({ id, outcome, findings }) => ({ id, outcome, findings }))).toEqual([
      { id: 'one', outcome: 'moot', findings: [] },
      { id: 'other', outcome: 'moot', findings: [] },
    ]);
    expect(checks[0]?.reason).toMatch(/WSL/);
    expect(checks.map(isToBeSkipped)).toEqual([true, true]);
    expect(isPassed(checks)).toBe(false);
  });

  test.each(reporterNames)('the reporter %s tells no failure', async (name) => {
    const checks = skipAll(scenarios, whyNotJudged('win32') ?? '');
    const report = { schema: 1, exercise: 'exercise-1', file: '/p.ts', seed: 1, passed: false } as const;
    const page = { color: new Chalk({ level: 0 }), width: 80 };
    const reporter = await openReporter(name, { page, verbose: false, cwd: '/' });
    const told = checks.map((check) => reporter.check?.(check) ?? '');
    told.push(
      (await reporter.finish?.({
        scope: 'one',
        passed: false,
        reports: [{ ...report, slowness: 1, durationMs: 0, checks }],
        without: [],
      })) ?? '',
    );
    expect(told.join('\n')).toMatch(/Windows\s+cannot/);
    expect(told.join('\n')).not.toMatch(/✘|^not ok|<failure|<error|::error|"failed"/m);
  });

  test('a whole run plays nothing', async () => {
    const told: string[] = [];
    const report = await runCheck({
      exercise: 'exercise-1',
      file: '/none',
      seed: 1,
      scenarios,
      onlySome: true,
      verbose: false,
      timeScale: 1,
      interrupted: new AbortController().signal,
      platform: 'win32',
      onCheck: ({ id }) => told.push(id),
      prepare: () => Promise.reject(new Error('Nothing is to be prepared.')),
    });
    expect(report.passed).toBe(false);
    expect(told).toEqual(['one', 'other']);
  });
});

test.each(['linux', 'darwin'] as const)('on %s every check is played', (name) => {
  expect(whyNotJudged(name)).toBeUndefined();
});

import { Chalk } from 'chalk';
import { expect, test } from 'vitest';
import type { Console } from '../../src/cli/console.ts';
import { tellRound } from '../../src/commands/watching/watch-screen.ts';
import { skipAll, whyNotJudged } from '../../src/grading/platform.ts';
import { changesSince } from '../../src/report/changes.ts';
import type { CheckReport } from '../../src/report/report.ts';

function told(checks: readonly CheckReport[]): string {
  const lines: string[] = [];
  const page = { color: new Chalk({ level: 0 }), width: 80, out: (line = '') => void lines.push(line) };
  const report = {
    schema: 1,
    exercise: 'exercise-1',
    file: 'exercise-1.ts',
    seed: 1,
    passed: false,
    slowness: 1,
    durationMs: 0,
    checks,
  } as const;
  const changes = changesSince(undefined, checks);
  const screen = {
    exercise: 'exercise-1',
    file: 'exercise-1.ts',
    round: 1,
    state: 'known',
    report,
    changes,
  } as const;
  tellRound(screen, page as unknown as Console);
  return lines.join('\n');
}

const scenario = { id: 'stops', point: 2, title: 'it stops', tier: 'core' } as Parameters<
  typeof skipAll
>[0][number];

test('where the platform delivers no signals the screen says so, and shows no failure', () => {
  const text = told(skipAll([scenario], whyNotJudged('win32') ?? ''));
  expect(text).toContain('Nothing was judged, because Windows cannot deliver POSIX signals');
  expect(text).not.toMatch(/still failing|Every check passes/);
});

test('a round in which all passed says so', () => {
  const { reason: _, skipped: __, ...check } = skipAll([scenario], '')[0] as CheckReport;
  expect(told([{ ...check, outcome: 'passed' }])).toContain('Every check passes.');
});

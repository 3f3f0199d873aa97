import { expect, test } from 'vitest';
import { changesSince } from '../../src/report/changes.ts';
import type { CheckReport, Outcome } from '../../src/report/report.ts';

const checks = (outcomes: Record<string, Outcome>): CheckReport[] =>
  Object.entries(outcomes).map(([id, outcome]) => ({
    id,
    outcome,
    point: 1,
    title: id,
    tier: 'core',
    durationMs: 1,
    findings: [],
    notes: [],
  }));

test('two runs differ by what is fixed and what is broken; the rest still fails', () => {
  const before = checks({ a: 'passed', b: 'failed', c: 'failed', d: 'passed' });
  const now = checks({ a: 'failed', b: 'passed', c: 'moot', d: 'passed' });
  expect(changesSince(before, now)).toEqual({ fixed: ['b'], broken: ['a'], still: ['c'], following: 0 });
});

test('the first run has fixed nothing and broken nothing', () => {
  expect(changesSince(undefined, checks({ a: 'failed', b: 'passed' }))).toEqual({
    fixed: [],
    broken: [],
    still: ['a'],
    following: 0,
  });
});

test('what was skipped is neither a failure nor follows from one', () => {
  const [skipped] = checks({ a: 'moot' });
  expect(changesSince(undefined, [{ ...skipped, skipped: true } as CheckReport])).toMatchObject({
    still: [],
    following: 0,
  });
});

test('what only follows from a failure is counted, and is no failure of its own', () => {
  const [first, second] = checks({ a: 'failed', b: 'moot' });
  const now = [first, { ...second, follows: 'a' }] as CheckReport[];
  expect(changesSince(undefined, now)).toEqual({ fixed: [], broken: [], still: ['a'], following: 1 });
});

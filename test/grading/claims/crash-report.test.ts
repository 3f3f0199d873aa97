import { describe, expect, test } from 'vitest';
import { crashReport, noCrashReport } from '../../../src/grading/claims/crash-report.ts';
import type { Unstamped } from '../../../src/timeline/events.ts';
import { asks, misses, started, timelineOf } from '../../timeline-by-hand.ts';

const asked = asks('fault', `/fault/throw?message=${encodeURIComponent('m1 password=p1')}`);
const whole = {
  message: 'm1 password=***',
  kind: 'uncaughtException',
  stack: 'Error: m1\n    at strike (/x/program.js:3:9)',
  time: '2026-11-23T21:00:00.000Z',
  context: { pid: 100 },
};
const files = (...found: readonly (readonly [string, unknown])[]): Unstamped => ({
  kind: 'fact',
  name: 'files of app',
  value: found.map(([name, content]) => ({
    name,
    text: typeof content === 'string' ? content : JSON.stringify(content),
  })),
});
const leaving = (fact: Unstamped) => timelineOf([0, started()], [1, asked], [2, fact]);
const report = crashReport('fault');

describe('crashReport', () => {
  test('is the only one beside files that are no reports', () => {
    const beside = files(['a.json', whole], ['seen', 'a.json'], ['state.json', { starts: 2 }]);
    expect(report.isTheOnlyOne().judge(leaving(beside)).outcome).toBe('holds');
  });

  test.each([
    ['no file', files()],
    ['two of them', files(['a.json', whole], ['b.json', whole])],
    ['half of one', files(['a.json', '{"message":"m1'])],
    ['an empty one', files(['a.json', ''])],
    ['another name', files(['a.log', whole])],
    ['another message', files(['a.json', { ...whole, message: 'm2' }])],
  ])('%s is broken', (_, fact) => {
    expect(report.isTheOnlyOne().judge(leaving(fact)).outcome).toBe('broken');
  });

  test('comes where one of several tells of the fault', () => {
    const two = files(['a.json', whole], ['b.json', { ...whole, message: 'second' }]);
    expect(report.comes().judge(leaving(two)).outcome).toBe('holds');
    expect(report.comes().judge(leaving(files(['b.json', { message: 'second' }]))).outcome).toBe('broken');
  });

  test('its fields are judged one by one', () => {
    const holdsFor = (changed: object) => {
      const timeline = leaving(files(['a.json', { ...whole, ...changed }]));
      const claims = [
        report.hasKind('uncaughtException'),
        report.carriesItsStack(),
        report.tellsTheTime(),
        report.tellsTheContext(),
        report.hidesTheSecrets(),
      ];
      return claims.map((claim) => claim.judge(timeline).outcome === 'holds');
    };
    expect(holdsFor({})).toEqual([true, true, true, true, true]);
    expect(holdsFor({ time: 1_795_000_000_000 })).toEqual([true, true, true, true, true]);
    expect(holdsFor({ kind: 'crash' })).toEqual([false, true, true, true, true]);
    expect(holdsFor({ stack: null })).toEqual([true, false, true, true, true]);
    expect(holdsFor({ time: 'yesterday' })).toEqual([true, true, false, true, true]);
    expect(holdsFor({ time: null })).toEqual([true, true, false, true, true]);
    expect(holdsFor({ context: { pid: 7 } })).toEqual([true, true, true, false, true]);
    expect(holdsFor({ original: 'password=p1' })).toEqual([true, true, true, true, false]);
  });

  test('its time is the one at which it was written, give or take what a date without a time of day leaves open', () => {
    const writtenAtMs = Date.parse('2026-11-23T21:00:01.000Z');
    const holdsFor = (time: unknown) => {
      const value = [{ name: 'a.json', text: JSON.stringify({ ...whole, time }), writtenAtMs }];
      return report.tellsTheTime().judge(leaving({ kind: 'fact', name: 'files of app', value })).outcome;
    };
    expect(holdsFor('2026-11-23T21:00:00.000Z')).toBe('holds');
    expect(holdsFor('2026-11-23')).toBe('holds');
    expect(holdsFor(writtenAtMs - 900)).toBe('holds');
    expect(holdsFor(1_234.5)).toBe('broken');
    expect(holdsFor(writtenAtMs / 1000)).toBe('broken');
    expect(holdsFor('2024-01-01T00:00:00.000Z')).toBe('broken');
  });

  test('is moot where the scenario never came that far', () => {
    const stopped = timelineOf([1, misses('ready')]);
    expect(report.isTheOnlyOne().judge(stopped).outcome).toBe('moot');
    expect(noCrashReport().judge(stopped).outcome).toBe('moot');
  });
});

test('noCrashReport is broken by a report, and by nothing else', () => {
  expect(noCrashReport().judge(leaving(files(['notes.json', { stopped: true }]))).outcome).toBe('holds');
  expect(noCrashReport().judge(leaving(files(['a.json', whole]))).outcome).toBe('broken');
});

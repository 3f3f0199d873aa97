import { describe, expect, test } from 'vitest';
import { errorLine, errorLines } from '../../../src/grading/claims/error-line.ts';
import type { Unstamped } from '../../../src/timeline/events.ts';
import { asks, misses, says, started, timelineOf } from '../../timeline-by-hand.ts';

const context = { pid: 100, uptimeSeconds: 1.2, rssMB: 50, requestId: 'r1' };
const stack = 'Error: m1\n    at strike (/x/program.js:3:9)';
const record = { kind: 'uncaughtException', message: 'm1', stack, context };
const asked: Unstamped = {
  ...asks('fault', '/fault/throw?message=m1'),
  headers: { 'x-request-id': 'r1' },
} as Unstamped;
const sample = (rssMB: number): Unstamped => ({
  kind: 'sample',
  app: 'app',
  pid: 100,
  rssMB,
  cpuMs: 1,
  children: [],
});

const withRecord = (changed: object = {}) =>
  timelineOf(
    [0, started()],
    [100, says('ready', { port: 1 })],
    [1_150, sample(48)],
    [1_200, asked],
    [1_230, says('error', { ...record, ...changed })],
  );

const line = errorLine('fault');

describe('errorLine', () => {
  test('comes where a message holds the one that was asked for', () => {
    expect(line.comes().judge(withRecord({ message: 'Error: m1 in a timer' })).outcome).toBe('holds');
    expect(line.comes().judge(withRecord({ message: 'm2' }))).toMatchObject({ outcome: 'broken' });
  });

  test('the word for null is what a message of null holds', () => {
    const nothing = asks('fault', '/fault/throw-value?kind=null&message=m1');
    const judged = (message: string) =>
      line.comes().judge(timelineOf([1, nothing], [2, says('error', { message })])).outcome;
    expect(judged('null was thrown')).toBe('holds');
    expect(judged('m1')).toBe('broken');
  });

  test('is broken on time where it was waited for in vain, and moot where something before it was', () => {
    expect(line.comes().judge(timelineOf([1, asked], [2, misses('says error')]))).toMatchObject({
      outcome: 'broken',
      onTimeAlone: true,
    });
    expect(line.comes().judge(timelineOf([1, misses('ready')])).outcome).toBe('moot');
  });

  test('is the only one, or it is counted', () => {
    expect(line.isTheOnlyOne().judge(withRecord()).outcome).toBe('holds');
    const twice = timelineOf(
      [1, asked],
      [2, says('error', record)],
      [3, says('error', { message: 'other' })],
    );
    expect(line.isTheOnlyOne().judge(twice)).toMatchObject({ seen: '2 of them', evidence: [1, 2] });
  });

  test('a stack has a place in a file; its absence is seen', () => {
    expect(line.carriesItsStack().judge(withRecord()).outcome).toBe('holds');
    expect(line.carriesItsStack().judge(withRecord({ stack: ['at x (/a.js:1:2)'] })).outcome).toBe('holds');
    expect(line.carriesItsStack().judge(withRecord({ stack: 'Error: m1' })).outcome).toBe('broken');
    expect(line.carriesItsStack().judge(withRecord({ stack: undefined })).outcome).toBe('broken');
  });

  test('the kind is the very word', () => {
    expect(line.hasKind('uncaughtException').judge(withRecord()).outcome).toBe('holds');
    expect(line.hasKind('unhandledRejection').judge(withRecord()).outcome).toBe('broken');
  });

  test('the pid is that of the process', () => {
    expect(line.namesTheProcess().judge(withRecord()).outcome).toBe('holds');
    expect(line.namesTheProcess().judge(withRecord({ context: { pid: '100' } })).outcome).toBe('broken');
    expect(line.namesTheProcess().judge(withRecord({ context: null })).outcome).toBe('broken');
  });

  test.each([
    [1.2, 'holds'],
    [1, 'holds'],
    [2, 'holds'],
    [0, 'broken'],
    [1_200, 'broken'],
    ['1.2', 'broken'],
  ])('an uptime of %s after 1.2 seconds: %s', (uptimeSeconds, outcome) => {
    expect(line.tellsTheUptime().judge(withRecord({ context: { uptimeSeconds } })).outcome).toBe(outcome);
  });

  test.each([
    [48, 'holds'],
    [50.3, 'holds'],
    [37, 'holds'],
    [62, 'holds'],
    [30, 'broken'],
    [48_000_000, 'broken'],
    [undefined, 'broken'],
  ])('a memory of %s where the system said 48: %s', (rssMB, outcome) => {
    expect(line.tellsTheMemory().judge(withRecord({ context: { rssMB } })).outcome).toBe(outcome);
  });

  test('the request is named by its own id', () => {
    expect(line.namesItsRequest().judge(withRecord()).outcome).toBe('holds');
    expect(line.namesItsRequest().judge(withRecord({ context: { requestId: 'r2' } })).outcome).toBe('broken');
    expect(line.namesItsRequest().judge(timelineOf([1, asked])).outcome).toBe('moot');
  });

  test('a secret is out on whichever event line it stands', () => {
    const path = `/fault/throw?message=${encodeURIComponent('m1 password=p1 token=t1')}`;
    const judged = (fields: object, other: object = {}) =>
      line
        .hidesTheSecrets()
        .judge(timelineOf([1, asks('fault', path)], [2, says('error', fields)], [3, says('debug', other)]));
    expect(judged({ message: 'm1 password=*** token=***' }).outcome).toBe('holds');
    expect(judged({ message: 'm1', stack: 'Error: m1 password=p1' }).outcome).toBe('broken');
    expect(judged({ message: 'm1' }, { raw: 'token=t1' })).toMatchObject({ evidence: [2] });
    expect(judged({ message: 'gone' }).outcome).toBe('moot');
  });
});

describe('errorLines', () => {
  const many = errorLines(['a', 'b']);
  const asking = (name: string): Unstamped =>
    ({
      ...asks(name, `/fault/operational?message=m-${name}`),
      headers: { 'x-request-id': `r-${name}` },
    }) as Unstamped;
  const logged = (name: string, requestId: string) =>
    says('error', { message: `m-${name}`, context: { requestId } });

  test('all of them come, in any order', () => {
    const asked = [[1, asking('a')] as const, [2, asking('b')] as const];
    const both = timelineOf(...asked, [3, logged('b', 'r-b')], [4, logged('a', 'r-a')]);
    expect(many.allCome().judge(both).outcome).toBe('holds');
    expect(many.allNameTheirRequest().judge(both).outcome).toBe('holds');
    expect(many.allCome().judge(timelineOf(...asked, [3, logged('a', 'r-a')])).outcome).toBe('broken');
  });

  test('one that names another request is found', () => {
    const mixed = timelineOf(
      [1, asking('a')],
      [2, asking('b')],
      [3, logged('a', 'r-b')],
      [4, logged('b', 'r-b')],
    );
    expect(many.allNameTheirRequest().judge(mixed)).toMatchObject({ outcome: 'broken', evidence: [2] });
  });
});

import { describe, expect, test } from 'vitest';
import { fieldOf, finalReport, healthReports } from '../../../src/grading/claims/health-reports.ts';
import type { Unstamped } from '../../../src/timeline/events.ts';
import { answers, misses, says, started, timelineOf } from '../../timeline-by-hand.ts';

const whole = {
  status: 'healthy',
  pid: 100,
  uptimeSeconds: 1.5,
  memory: { rssMB: 50, heapUsedMB: 5, externalMB: 1 },
  cpuPercent: 0,
  eventLoop: { lagP99Ms: 0, lagMaxMs: 0, utilization: 0.01 },
  resources: { total: 2, byType: { TCPServerWrap: 1, PipeWrap: 1 } },
  leak: { suspected: false, growthMBPerMinute: 0, samples: 0 },
  blocks: { count: 0, longestMs: 0 },
};

const report = (name: string, fields: object = whole): Unstamped =>
  answers(name, 200, JSON.stringify(fields));
const sample = (rssMB: number): Unstamped => ({
  kind: 'sample',
  app: 'app',
  pid: 100,
  rssMB,
  cpuMs: 1,
  children: [],
});

describe('fieldOf', () => {
  test('follows a path', () => expect(fieldOf(whole, 'memory.rssMB')).toBe(50));
  test('is undefined where a part of it is missing', () =>
    expect(fieldOf({}, 'memory.rssMB')).toBeUndefined());
});

describe('healthReports.areWhole', () => {
  const claim = healthReports('first').areWhole();
  const judge = (fields: object) => claim.judge(timelineOf([0, started()], [9, report('first', fields)]));

  test('holds for every field with finite numbers', () => expect(judge(whole)).toEqual({ outcome: 'holds' }));
  test('is broken by null, which NaN becomes in JSON', () =>
    expect(judge({ ...whole, cpuPercent: null })).toMatchObject({
      outcome: 'broken',
      seen: 'cpuPercent: null',
      evidence: [1],
    }));
  test('is broken by a number in quotes', () =>
    expect(judge({ ...whole, uptimeSeconds: '1' })).toMatchObject({ outcome: 'broken' }));
  test('is broken by a field that is missing', () =>
    expect(judge({ ...whole, leak: { suspected: false, samples: 0 } })).toMatchObject({
      seen: 'leak.growthMBPerMinute: undefined',
    }));
  test('is broken by a status of its own', () =>
    expect(judge({ ...whole, status: 'fine' })).toMatchObject({ seen: 'status: "fine"' }));
  test('is broken by the pid of another process', () =>
    expect(judge({ ...whole, pid: 7 })).toMatchObject({ seen: 'pid: 7 where the system says 100' }));
  test('is broken by a utilization in percent', () =>
    expect(judge({ ...whole, eventLoop: { ...whole.eventLoop, utilization: 40 } })).toMatchObject({
      outcome: 'broken',
    }));
  test('is broken by milliseconds for seconds', () =>
    expect(judge({ ...whole, uptimeSeconds: 90 })).toMatchObject({
      seen: 'uptimeSeconds: 90 where it was started 0.0 seconds before',
    }));
  test('is broken by bytes for megabytes', () =>
    expect(judge({ ...whole, memory: { ...whole.memory, heapUsedMB: 5_242_880 } })).toMatchObject({
      seen: 'memory.heapUsedMB: 5242880',
    }));
  test('is broken by types without numbers', () =>
    expect(judge({ ...whole, resources: { total: 1, byType: { Timeout: null } } })).toMatchObject({
      seen: 'resources.byType.Timeout: null',
    }));
  test('is broken by text that is no JSON', () =>
    expect(claim.judge(timelineOf([0, started()], [9, answers('first', 200, 'ok')])).outcome).toBe('broken'));
  test('is moot where no report was answered', () =>
    expect(claim.judge(timelineOf([0, started()], [9, misses('ready')])).outcome).toBe('moot'));
});

describe('healthReports.come', () => {
  const claim = healthReports('leaking').come('status', 'degraded', (value) => value === 'degraded');

  test('holds where one of them says so', () =>
    expect(
      claim.judge(
        timelineOf([1, report('leaking 1')], [2, report('leaking 2', { ...whole, status: 'degraded' })]),
      ).outcome,
    ).toBe('holds'));
  test('is broken on time alone where none does', () =>
    expect(claim.judge(timelineOf([1, report('leaking 1')], [2, report('leaking 2')]))).toMatchObject({
      outcome: 'broken',
      seen: 'status: "healthy"',
      evidence: [1],
      onTimeAlone: true,
    }));
  test('does not hear reports of another name', () =>
    expect(claim.judge(timelineOf([1, report('leakings 1', { ...whole, status: 'degraded' })])).outcome).toBe(
      'moot',
    ));
});

describe('healthReports.stay', () => {
  const claim = healthReports('calm').stay('leak.suspected', 'not true', (value) => value !== true);
  const suspects = { ...whole, leak: { ...whole.leak, suspected: true } };

  test('holds where all of them say so', () =>
    expect(claim.judge(timelineOf([1, report('calm 1')], [2, report('calm 2')])).outcome).toBe('holds'));
  test('is broken by a single one', () =>
    expect(
      claim.judge(timelineOf([1, report('calm 1')], [2, report('calm 2', suspects)], [3, report('calm 3')])),
    ).toMatchObject({
      outcome: 'broken',
      evidence: [1],
    }));
});

describe('healthReports.agreeOnMemory', () => {
  const claim = healthReports('before').agreeOnMemory((reported, system) => Math.abs(reported - system) < 5);

  test('compares the last report with the sample right after it', () =>
    expect(
      claim.judge(
        timelineOf([1, report('before 1', {})], [2, sample(9)], [3, report('before 2')], [4, sample(51)]),
      ).outcome,
    ).toBe('holds'));
  test('is broken by another figure', () =>
    expect(claim.judge(timelineOf([1, report('before 1')], [2, sample(90)]))).toMatchObject({
      expected: 'about 90.0 MB',
      seen: 'memory.rssMB: 50',
    }));
  test('is moot without a figure of the system', () =>
    expect(claim.judge(timelineOf([1, report('before 1')])).outcome).toBe('moot'));
});

describe('finalReport.isWhole', () => {
  const claim = finalReport.isWhole();

  test('holds for a whole report that says shutting-down', () =>
    expect(
      claim.judge(
        timelineOf([0, started()], [1, says('health.final', { ...whole, status: 'shutting-down' })]),
      ).outcome,
    ).toBe('holds'));
  test('is broken by another status', () =>
    expect(claim.judge(timelineOf([0, started()], [1, says('health.final', whole)]))).toMatchObject({
      seen: 'status: healthy',
    }));
  test('is broken by a field that is missing', () =>
    expect(
      claim.judge(timelineOf([0, started()], [1, says('health.final', { status: 'shutting-down' })])).outcome,
    ).toBe('broken'));
  test('is moot without the line', () =>
    expect(claim.judge(timelineOf([0, started()])).outcome).toBe('moot'));
});

describe('finalReport.isNotDegraded', () => {
  const claim = finalReport.isNotDegraded();

  test('is broken by a last report that says degraded', () =>
    expect(
      claim.judge(timelineOf([0, started()], [1, says('health.final', { ...whole, status: 'degraded' })])),
    ).toMatchObject({ outcome: 'broken', seen: 'status: "degraded"' }));
  test('holds for another status, which another claim judges', () =>
    expect(claim.judge(timelineOf([0, started()], [1, says('health.final', whole)])).outcome).toBe('holds'));
  test('holds without the line, which another claim misses', () =>
    expect(claim.judge(timelineOf([0, started()])).outcome).toBe('holds'));
});

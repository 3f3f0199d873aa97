import { describe, expect, test } from 'vitest';
import { stderr } from '../../../src/grading/claims/complaints.ts';
import { exit } from '../../../src/grading/claims/exit.ts';
import { health } from '../../../src/grading/claims/health.ts';
import {
  answers,
  asks,
  ends,
  fails,
  misses,
  prints,
  says,
  signal,
  started,
  timelineOf,
} from '../../timeline-by-hand.ts';

const rules = [{ name: 'hot-k7', metric: 'disk-x', above: '75' }];
const given = started({ ALERT_RULES: JSON.stringify(rules) });

describe('health', () => {
  const degraded = (alerts: unknown) =>
    JSON.stringify({ status: 'degraded', metrics: { rssMB: 50 }, alerts });

  test('says holds for code, status and names together, and looks at the last answer of the name', () => {
    const claim = health('under load').says(503, { firing: ['hot'] });
    const last = answers('under load 2', 503, degraded(['hot-k7']));
    expect(claim.judge(timelineOf([0, given], [1, answers('under load 1')], [2, last])).outcome).toBe(
      'holds',
    );
    for (const other of [
      answers('under load', 200, degraded(['hot-k7'])),
      answers('under load', 503, degraded([])),
      answers('under load', 503, degraded(['hot-k7', 'more'])),
      answers('under load', 503, 'no JSON'),
    ]) {
      expect(claim.judge(timelineOf([0, given], [1, other])).outcome).toBe('broken');
    }
    expect(claim.judge(timelineOf([0, given], [1, misses('ready')])).outcome).toBe('moot');
  });

  test('a request that the program cut off is broken, and one that we gave up is moot', () => {
    const claim = health('early').hasCode(200);
    expect(claim.judge(timelineOf([0, given], [1, fails('early', 'ECONNRESET')]))).toMatchObject({
      seen: 'the request failed with ECONNRESET',
    });
    expect(claim.judge(timelineOf([0, given], [1, fails('early', 'GIVEN_UP')])).outcome).toBe('moot');
  });

  test('hasFiniteNumbers names what is missing', () => {
    const claim = health('calm').hasFiniteNumbers(['rssMB', 'loopLagMs']);
    expect(claim.judge(timelineOf([0, given], [1, answers('calm', 200, degraded([]))]))).toMatchObject({
      seen: expect.stringContaining('none for loopLagMs'),
    });
  });
});

describe('stderr', () => {
  test('a message names the rule or its faulty value', () => {
    const claim = stderr.namesTheRuleOrIts('above');
    expect(claim.judge(timelineOf([0, given], [1, prints('hot-k7 is wrong', 'stderr')])).outcome).toBe(
      'holds',
    );
    expect(claim.judge(timelineOf([0, given], [1, prints('not a number: 75', 'stderr')])).outcome).toBe(
      'holds',
    );
    expect(claim.judge(timelineOf([0, given], [1, prints('wrong', 'stderr')])).outcome).toBe('broken');
    expect(claim.judge(timelineOf([0, given], [1, prints('hot-k7', 'stdout')])).outcome).toBe('broken');
  });

  test('a complaint after the signal is free text, and no event line', () => {
    const claim = stderr.saysSomethingAfterTheSignal({ besides: ['alert'] });
    const before = prints('ready to go', 'stderr');
    const hangup = signal('SIGHUP');
    expect(
      claim.judge(timelineOf([1, before], [2, hangup], [3, prints('broken file', 'stderr')])).outcome,
    ).toBe('holds');
    expect(claim.judge(timelineOf([1, before], [2, hangup], [3, says('alert', {}, 'stderr')])).outcome).toBe(
      'broken',
    );
    expect(claim.judge(timelineOf([1, before])).outcome).toBe('moot');
  });

  test('saysSomething holds for any message', () => {
    expect(stderr.saysSomething().judge(timelineOf([1, prints('no', 'stderr')])).outcome).toBe('holds');
    expect(stderr.saysSomething().judge(timelineOf([1, prints('no')])).outcome).toBe('broken');
  });
});

test('exit.neverComes holds for an end that we made, and is broken by any other', () => {
  expect(
    exit.neverComes().judge(timelineOf([9, ends(null, 'SIGKILL', 'the scenario was over')])).outcome,
  ).toBe('holds');
  expect(exit.neverComes().judge(timelineOf([9, ends(1)]))).toMatchObject({
    seen: 'it ended with exit code 1',
  });
});

describe('followsTheSnapshots', () => {
  const slow = started({
    SAMPLE_MS: '150',
    ALERT_RULES: JSON.stringify([{ name: 'slow-k7', metric: 'loopLagMs', above: 20.5 }]),
  });
  const claim = health('firing').followsTheSnapshots(503, { firing: ['slow'] });
  const body = JSON.stringify({ status: 'degraded', metrics: {}, alerts: ['slow-k7'] });
  const high = says('snapshot', { loopLagMs: 80 });
  const calm = says('snapshot', { loopLagMs: 0 });
  const asked = asks('firing 1', '/health');

  test('holds and is broken by what comes between two snapshots', () => {
    const seen = (answer: ReturnType<typeof answers>) =>
      timelineOf([0, slow], [100, high], [101, asked], [105, answer], [250, calm]);
    expect(claim.judge(seen(answers('firing 1', 503, body))).outcome).toBe('holds');
    expect(claim.judge(seen(answers('firing 1', 200, body))).outcome).toBe('broken');
  });

  test('is played again where the answer has the figures of a sample whose line came long after it', () => {
    const body = (loopLagMs: number) =>
      JSON.stringify({ status: 'healthy', metrics: { loopLagMs }, alerts: [] });
    const seen = (said: number) =>
      timelineOf(
        [0, slow],
        [100, high],
        [101, asked],
        [145, answers('firing 1', 200, body(said))],
        [220, says('snapshot', { loopLagMs: 3.25 })],
      );
    expect(() => claim.judge(seen(3.25))).toThrow('between two samples');
    expect(claim.judge(seen(80)).outcome).toBe('broken');
    expect(claim.judge(seen(3)).outcome).toBe('broken');
  });

  test('is played again where the next snapshot came as close as the answer, and is moot where none was above', () => {
    const close = timelineOf([0, slow], [100, high], [240, asked], [245, answers('firing 1')], [246, calm]);
    const below = timelineOf([0, slow], [100, calm], [101, asked], [105, answers('firing 1')], [250, calm]);
    expect(() => claim.judge(close)).toThrow('between two samples');
    expect(claim.judge(below).outcome).toBe('moot');
  });
});

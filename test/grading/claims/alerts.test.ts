import { describe, expect, test } from 'vitest';
import { changesOf, rule } from '../../../src/grading/claims/alerts.ts';
import type { Unstamped } from '../../../src/timeline/events.ts';
import { asks, misses, says, started, timelineOf } from '../../timeline-by-hand.ts';

const high = { name: 'high-k7', metric: 'rssMB', above: 50.5, samples: 2 };
const given = started({ ALERT_RULES: JSON.stringify([high]) });
const snapshot = (rssMB: number): Unstamped => says('snapshot', { rssMB });
const alert = (state: string, fields: object = {}): Unstamped =>
  says('alert', {
    name: 'high-k7',
    metric: 'rssMB',
    above: 50.5,
    value: state === 'firing' ? 60 : 40,
    state,
    ...fields,
  });
const inOrder = (...events: Unstamped[]) =>
  timelineOf(...[given, ...events].map((event, index) => [index * 10, event] as const));

test('changesOf counts in a row, and a calm sample begins anew and resolves', () => {
  const values = [60, 40, 60, 60, 60, 40, 60, 60, 40];
  expect(changesOf(high, values)).toEqual([
    { state: 'firing', at: 3 },
    { state: 'resolved', at: 5 },
    { state: 'firing', at: 7 },
    { state: 'resolved', at: 8 },
  ]);
});

describe('followsTheSnapshots', () => {
  const claim = rule('high').followsTheSnapshots({ through: ['firing'] });

  test('holds where the alerts are those of the snapshots, before or after their lines', () => {
    const after = inOrder(
      snapshot(60),
      snapshot(60),
      alert('firing'),
      snapshot(40),
      alert('resolved'),
      snapshot(40),
    );
    const before = inOrder(
      snapshot(60),
      alert('firing'),
      snapshot(60),
      alert('resolved'),
      snapshot(40),
      snapshot(40),
    );
    expect(claim.judge(after).outcome).toBe('holds');
    expect(claim.judge(before).outcome).toBe('holds');
  });

  test('holds where the last change was cut off by the end, and not where an earlier one is missing', () => {
    expect(claim.judge(inOrder(snapshot(60), snapshot(60))).outcome).toBe('holds');
    expect(claim.judge(inOrder(snapshot(60), snapshot(60), snapshot(60)))).toMatchObject({
      outcome: 'broken',
      expected: "firing, by the program's own snapshots",
    });
  });

  test('is broken by an alert that is repeated', () => {
    const repeated = inOrder(
      snapshot(60),
      snapshot(60),
      alert('firing'),
      snapshot(60),
      alert('firing'),
      snapshot(60),
    );
    expect(claim.judge(repeated)).toMatchObject({ seen: 'firing, firing while 4 snapshots were printed' });
  });

  test('is moot where the snapshots never went above', () => {
    expect(claim.judge(inOrder(snapshot(40), snapshot(40))).outcome).toBe('moot');
    expect(claim.judge(inOrder(misses('ready')))).toMatchObject({ missing: 'it never came to ready' });
  });
});

describe('keepsSilentThough', () => {
  const claim = rule('high').keepsSilentThough({ above: 2 });

  test('holds without an alert, is broken by one, and is moot without samples above', () => {
    const single = [snapshot(60), snapshot(40), snapshot(60), snapshot(40)];
    expect(claim.judge(inOrder(...single)).outcome).toBe('holds');
    expect(claim.judge(inOrder(...single, alert('firing'))).outcome).toBe('broken');
    expect(claim.judge(inOrder(snapshot(40))).outcome).toBe('moot');
  });
});

describe('firesAtTheSampleThatCompletesTheRow', () => {
  const claim = rule('high').firesAtTheSampleThatCompletesTheRow();
  const [first, second, third] = [snapshot(60), snapshot(60), snapshot(60)];

  test('holds beside the second sample, is broken before the first and after the third', () => {
    expect(claim.judge(inOrder(first, alert('firing'), second, third)).outcome).toBe('holds');
    expect(claim.judge(inOrder(first, second, alert('firing'), third)).outcome).toBe('holds');
    expect(claim.judge(inOrder(alert('firing'), first, second, third))).toMatchObject({
      seen: '"firing" came at an earlier one',
    });
    expect(claim.judge(inOrder(first, second, third, alert('firing')))).toMatchObject({
      seen: '"firing" came at a later one',
    });
  });

  test('is broken by the value of another sample, wherever the line stands', () => {
    const [low, due, next] = [snapshot(61), snapshot(62), snapshot(63)];
    const firing = (value: number) => alert('firing', { value });
    expect(claim.judge(inOrder(low, firing(62), due, next)).outcome).toBe('holds');
    expect(claim.judge(inOrder(low, firing(61), snapshot(61.9), next)).outcome).toBe('holds');
    expect(claim.judge(inOrder(low, firing(61), due, next))).toMatchObject({
      seen: '"firing" came at an earlier one',
    });
    expect(claim.judge(inOrder(low, due, firing(63), next))).toMatchObject({
      seen: '"firing" came at a later one',
    });
  });

  test('says nothing about lines of two streams', () => {
    const onStderr = says('alert', { name: 'high-k7', state: 'firing' }, 'stderr');
    expect(claim.judge(inOrder(onStderr, first, second, third)).outcome).toBe('holds');
  });
});

describe('resolvesAtTheFirstSampleThatIsNotAbove', () => {
  const claim = rule('high').resolvesAtTheFirstSampleThatIsNotAbove();
  const fired = [snapshot(60), snapshot(60), alert('firing')];
  const [calm, calmer] = [snapshot(40), snapshot(30)];

  test('holds beside that sample and where it never fired, and is broken a sample later and where it never resolved', () => {
    expect(claim.judge(inOrder(...fired, calm, alert('resolved'), calmer)).outcome).toBe('holds');
    expect(claim.judge(inOrder(...fired, alert('resolved'), calm, calmer)).outcome).toBe('holds');
    expect(claim.judge(inOrder(...fired, calm, calmer, alert('resolved')))).toMatchObject({
      expected: '"resolved" at the first sample not above',
      seen: '"resolved" came at a later one',
    });
    expect(claim.judge(inOrder(...fired, calm, calmer))).toMatchObject({ seen: 'it never resolved' });
    expect(claim.judge(inOrder(...fired, calm)).outcome).toBe('holds');
    expect(claim.judge(inOrder(snapshot(60), snapshot(60), calm, calmer)).outcome).toBe('holds');
  });

  test('is moot where no snapshot has the figure as a number', () => {
    const text = says('snapshot', { rssMB: '60' });
    expect(claim.judge(inOrder(text, text, alert('firing'), text, alert('resolved'), text)).outcome).toBe(
      'moot',
    );
  });

  test('counts from the own firing of the rule, also where that came for another reason', () => {
    const early = [
      snapshot(60),
      alert('firing'),
      calm,
      alert('resolved'),
      snapshot(60),
      snapshot(60),
      calmer,
    ];
    expect(claim.judge(inOrder(...early)).outcome).toBe('holds');
  });
});

describe('firesOnlyAfter', () => {
  const claim = rule('high').firesOnlyAfter('memory');
  const asked = asks('memory', '/load/memory?mb=100');

  test('holds after the request, is broken before it and where nothing came, and is moot without the request', () => {
    expect(claim.judge(inOrder(asked, alert('firing'))).outcome).toBe('holds');
    expect(claim.judge(inOrder(alert('firing'), asked)).outcome).toBe('broken');
    expect(claim.judge(inOrder(asked)).outcome).toBe('broken');
    expect(claim.judge(inOrder(alert('firing'))).outcome).toBe('moot');
  });

  test('is moot where the play stopped on its way there, and broken on time alone where it waited for the alert', () => {
    expect(claim.judge(inOrder(asked, misses('grows')))).toMatchObject({ missing: 'it never came to grows' });
    expect(claim.judge(inOrder(asked, misses('says alert')))).toMatchObject({
      outcome: 'broken',
      onTimeAlone: true,
    });
  });
});

describe('tellsMetricValueAndThreshold', () => {
  const claim = rule('high').tellsMetricValueAndThreshold();

  test('holds for both states, and is broken by a value on the wrong side or a text', () => {
    expect(claim.judge(inOrder(alert('firing'), alert('resolved'))).outcome).toBe('holds');
    expect(claim.judge(inOrder(alert('firing', { value: 50.5 }))).outcome).toBe('broken');
    expect(claim.judge(inOrder(alert('resolved', { value: 60 }))).outcome).toBe('broken');
    expect(claim.judge(inOrder(alert('firing', { value: '60' }))).outcome).toBe('broken');
    expect(claim.judge(inOrder(alert('firing', { metric: 'heapUsedMB' }))).outcome).toBe('broken');
    expect(claim.judge(inOrder()).outcome).toBe('moot');
  });
});

test('a rule that is not in force says nothing, whatever the snapshots show', () => {
  const claim = rule('high').saysNothing();
  expect(claim.judge(inOrder(snapshot(60), snapshot(60), snapshot(60))).outcome).toBe('holds');
  expect(claim.judge(inOrder(snapshot(60), snapshot(60), alert('firing')))).toMatchObject({
    outcome: 'broken',
    seen: 'firing of "high"',
  });
});

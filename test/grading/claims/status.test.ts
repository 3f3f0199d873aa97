import { expect, test } from 'vitest';
import { status } from '../../../src/grading/claims/status.ts';
import { done, looks, ready, says, sleeps } from '../../jobs-by-hand.ts';
import { misses, started, timelineOf } from '../../timeline-by-hand.ts';

const begun = [0, started({ WORKERS: '2' })] as const;

test('status.showsTheWork is broken where no status showed what must be so', () => {
  const claim = status.showsTheWork();
  expect(claim.judge(timelineOf(begun, [1, says([])]))).toEqual({ outcome: 'holds' });
  expect(claim.judge(timelineOf(begun, [1, misses('shows its work')]))).toMatchObject({
    outcome: 'broken',
    onTimeAlone: true,
  });
  expect(claim.judge(timelineOf(begun, [1, misses('sends message "status"')]))).toMatchObject({
    outcome: 'broken',
  });
  expect(claim.judge(timelineOf(begun, [1, misses('dead')]))).toMatchObject({ outcome: 'moot' });
});

test('status.namesTheLiving compares with the table only where it stood still', () => {
  const claim = status.namesTheLiving();
  const listed = says([{ pid: 11 }, { pid: 12 }]);
  const quiet = timelineOf(
    begun,
    [0, ready(11, 12)],
    [1, looks('before it', [12, 11])],
    [2, listed],
    [3, looks('it', [12, 11])],
  );
  expect(claim.judge(quiet)).toEqual({ outcome: 'holds' });
  const dead = timelineOf(
    begun,
    [0, ready(11, 12)],
    [1, looks('before it', [12])],
    [2, listed],
    [3, looks('it', [12])],
  );
  expect(claim.judge(dead)).toMatchObject({
    outcome: 'broken',
    expected: 'the workers 12',
    seen: 'the workers 11, 12',
  });
  const moving = timelineOf(
    begun,
    [0, ready(11, 12)],
    [1, looks('before it', [12])],
    [2, listed],
    [3, looks('it', [12, 13])],
  );
  expect(claim.judge(moving)).toEqual({ outcome: 'holds' });
});

test('status.namesTheBusyOnes compares with the result; a count is as good as a boolean', () => {
  const claim = status.namesTheBusyOnes('a');
  const busy = (pid: number) =>
    says([
      { pid, busy: 1 },
      { pid: 99, busy: 0 },
    ]);
  expect(
    claim.judge(timelineOf(begun, [1, sleeps('a 1', 9)], [2, busy(11)], [12, done('a 1', 'v', 11)])),
  ).toEqual({ outcome: 'holds' });
  expect(
    claim.judge(timelineOf(begun, [1, sleeps('a 1', 9)], [2, busy(12)], [12, done('a 1', 'v', 11)])),
  ).toMatchObject({
    outcome: 'broken',
    evidence: [2, 3],
  });
});

import { expect, test } from 'vitest';
import { status } from '../../../src/grading/claims/status.ts';
import { done, looks, ready, says, sleeps, starts } from '../../jobs-by-hand.ts';
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

test('status.namesTheLiving leaves it open whether one that is announced later is named before', () => {
  const claim = status.namesTheLiving();
  const played = (...listed: number[]) =>
    timelineOf(
      begun,
      [0, ready(11, 12)],
      [1, looks('before it', [13, 12, 11])],
      [2, says(listed.map((pid) => ({ pid })))],
      [3, looks('it', [13, 12, 11])],
      [9, starts(13)],
    );
  expect(claim.judge(played(11, 12)).outcome).toBe('holds');
  expect(claim.judge(played(11, 12, 13)).outcome).toBe('holds');
  expect(claim.judge(played(11, 13)).outcome).toBe('broken');
  expect(claim.judge(played(11, 12, 99)).outcome).toBe('broken');
  expect(claim.judge(played(11, 11, 12)).outcome).toBe('broken');
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

test('status.namesTheBusyOnes looks at each status that counts as many as are open, and not at one in between', () => {
  const claim = status.namesTheBusyOnes('a', 'b');
  const given = [begun, [1, sleeps('a 1', 5)], [1, sleeps('b 1', 9)]] as const;
  const busy = (...pids: number[]) => says(pids.map((pid) => ({ pid, busy: true })));
  const endingWith = (listed: ReturnType<typeof busy>) =>
    timelineOf(
      ...given,
      [2, busy(12, 13)],
      [6, done('a 1', 'v', 12)],
      [7, listed],
      [12, done('b 1', 'v', 13)],
    );
  expect(claim.judge(endingWith(busy(13)))).toEqual({ outcome: 'holds' });
  expect(claim.judge(endingWith(busy(12, 13)))).toEqual({ outcome: 'holds' });
  expect(claim.judge(endingWith(busy(12)))).toMatchObject({ outcome: 'broken', seen: 'worker 12' });
  expect(claim.judge(timelineOf(...given, [6, done('a 1', 'v', 12)]))).toMatchObject({ outcome: 'moot' });
});

test('status.namesTheLiving judges the last comparison of a name', () => {
  const claim = status.namesTheLiving();
  const asked = (atMs: number, ...pids: number[]) =>
    [
      [atMs, looks('before it', [12, 21])],
      [atMs + 1, says(pids.map((pid) => ({ pid })))],
      [atMs + 2, looks('it', [12, 21])],
    ] as const;
  const replaced = [begun, [0, ready(11, 12)], [1, starts(21)]] as const;
  expect(claim.judge(timelineOf(...replaced, ...asked(2, 12), ...asked(9, 12, 21)))).toEqual({
    outcome: 'holds',
  });
  expect(claim.judge(timelineOf(...replaced, ...asked(2, 12, 21), ...asked(9, 12)))).toMatchObject({
    outcome: 'broken',
    onTimeAlone: true,
  });
});

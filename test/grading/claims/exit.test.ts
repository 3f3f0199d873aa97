import { describe, expect, test } from 'vitest';
import { exit, program } from '../../../src/grading/claims/exit.ts';
import type { Unstamped } from '../../../src/timeline/events.ts';
import { ends, misses, says, signal, started, timelineOf } from '../../timeline-by-hand.ts';

describe('exit.hasCode', () => {
  const claim = exit.hasCode(0);

  test('holds for that exit code', () => {
    expect(claim.judge(timelineOf([0, started()], [9, ends(0)]))).toEqual({ outcome: 'holds' });
  });

  test('is broken by another code, and says which', () => {
    expect(claim.judge(timelineOf([0, started()], [9, ends(143)]))).toMatchObject({
      outcome: 'broken',
      seen: 'it ended with exit code 143',
      evidence: [1],
    });
  });

  test('is broken by a death by signal, which is no exit code', () => {
    expect(claim.judge(timelineOf([0, started()], [9, ends(null, 'SIGTERM')]))).toMatchObject({
      seen: 'it was killed by SIGTERM',
    });
  });

  test('is broken on time alone where we had to end the program', () => {
    const judged = claim.judge(
      timelineOf([0, started()], [5, misses('gone')], [9, ends(null, 'SIGKILL', 'it did not end')]),
    );
    expect(judged).toMatchObject({ outcome: 'broken', onTimeAlone: true });
  });

  test('is moot where the scenario never came so far', () => {
    expect(claim.judge(timelineOf([0, started()], [5, misses('ready')], [9, ends(1)]))).toMatchObject({
      outcome: 'moot',
    });
  });

  test('is moot where the program was still running when the scenario was over', () => {
    expect(claim.judge(timelineOf([0, started()]))).toMatchObject({ outcome: 'moot' });
  });
});

test('exit.hasCodeAfterASignal says nothing of a program that no signal has reached', () => {
  const claim = exit.hasCodeAfterASignal(0);
  const play = (delivered: boolean, code: number) =>
    claim.judge(
      timelineOf([0, started()], [5, { ...signal('SIGTERM'), delivered } as Unstamped], [9, ends(code)]),
    ).outcome;
  expect(play(true, 0)).toBe('holds');
  expect(play(true, 1)).toBe('broken');
  expect(play(false, 1)).toBe('moot');
});

describe('exit.isNotBeforeTheLimit', () => {
  const claim = exit.isNotBeforeTheLimit('LIMIT_MS');
  const play = (endsAtMs: number) =>
    timelineOf([0, started({ LIMIT_MS: '500' })], [100, signal('SIGTERM')], [endsAtMs, ends(1)]);

  test('holds at the limit, counted from the signal', () =>
    expect(claim.judge(play(600)).outcome).toBe('holds'));
  test('is broken a tenth before it', () =>
    expect(claim.judge(play(550))).toMatchObject({
      outcome: 'broken',
      seen: 'the exit came 450 ms after it',
    }));
  test('counts from the first signal, not from the last', () => {
    const timeline = timelineOf(
      [0, started({ LIMIT_MS: '500' })],
      [100, signal('SIGTERM')],
      [400, signal('SIGINT')],
      [610, ends(1)],
    );
    expect(claim.judge(timeline).outcome).toBe('holds');
  });
});

describe('exit.isBefore', () => {
  const claim = exit.isBefore('LIMIT_MS', { times: 1.8 });
  const play = (endsAtMs: number) =>
    timelineOf([0, started({ LIMIT_MS: '500' })], [100, signal('SIGTERM')], [endsAtMs, ends(1)]);

  test('holds soon after the limit', () => expect(claim.judge(play(900)).outcome).toBe('holds'));
  test('is broken on time alone where the limit has passed almost twice', () =>
    expect(claim.judge(play(1050))).toMatchObject({
      outcome: 'broken',
      seen: 'the exit came 950 ms after SIGTERM',
      onTimeAlone: true,
    }));
});

describe('exit.isNotByDefaultAction', () => {
  const claim = exit.isNotByDefaultAction();
  test('is broken by a death without a word after the signal', () => {
    expect(
      claim.judge(timelineOf([0, started()], [10, signal('SIGTERM')], [11, ends(null, 'SIGTERM')])).outcome,
    ).toBe('broken');
  });
  test('holds where the program did something first and then raised the signal again', () => {
    const timeline = timelineOf(
      [0, started()],
      [10, signal('SIGTERM')],
      [11, says('shutdown.start')],
      [12, ends(null, 'SIGTERM')],
    );
    expect(claim.judge(timeline).outcome).toBe('holds');
  });
  test('holds where we had to end a program that ignored the signal', () => {
    const timeline = timelineOf(
      [0, started()],
      [10, signal('SIGTERM')],
      [99, misses('gone')],
      [100, ends(null, 'SIGKILL', 'it did not end')],
    );
    expect(claim.judge(timeline).outcome).toBe('holds');
  });
});

describe('exit.isCleanBeforeOrForcedAtTheLimit', () => {
  const claim = exit.isCleanBeforeOrForcedAtTheLimit('LIMIT_MS');
  const play = (code: number, endsAtMs: number) =>
    timelineOf([0, started({ LIMIT_MS: '500' })], [100, signal('SIGTERM')], [endsAtMs, ends(code)]);
  test.each([
    ['clean before the limit', 0, 200, 'holds'],
    ['forced at the limit', 1, 601, 'holds'],
    ['forced before the limit', 1, 300, 'broken'],
    ['any other code', 143, 601, 'broken'],
  ])('%s', (_, code, atMs, outcome) => expect(claim.judge(play(code, atMs)).outcome).toBe(outcome));
});

describe('program.keepsRunning', () => {
  const claim = program.keepsRunning();
  test('is broken by an end that nobody asked for', () =>
    expect(claim.judge(timelineOf([0, started()], [50, ends(0)])).outcome).toBe('broken'));
  test('holds where only we ended it', () => {
    expect(
      claim.judge(timelineOf([0, started()], [50, ends(null, 'SIGKILL', 'the scenario was over')])).outcome,
    ).toBe('holds');
  });
});

test('exit.comes holds for whatever code, and is broken where the program had to be ended', () => {
  const claim = exit.comes();
  expect(claim.judge(timelineOf([0, started()], [9, ends(3)]))).toEqual({ outcome: 'holds' });
  const ended = timelineOf([0, started()], [8, misses('gone')], [9, ends(null, 'SIGKILL', 'it did not end')]);
  expect(claim.judge(ended)).toMatchObject({ outcome: 'broken', onTimeAlone: true });
});

import { describe, expect, test } from 'vitest';
import { broken, type Claim, holds, type Judgement, moot } from '../../src/grading/claim.ts';
import { judgePlay, notesOn } from '../../src/grading/judge.ts';
import { must } from '../../src/grading/words.ts';
import { ends, misses, prints, started, timelineOf } from '../timeline-by-hand.ts';

const claimThat = (judgement: Judgement, text = 'it is so'): Claim => ({ text, judge: () => judgement });
const texts = { because: 'It matters.', help: 'Look there.' };
const right = must(claimThat(holds), texts);
const wrong = must(claimThat(broken('a', 'b', { evidence: [1] }), 'it is a'), texts);
const late = must(claimThat(broken('soon', 'late', { onTimeAlone: true }), 'it is soon'), texts);
const unseen = must(claimThat(moot('it never said so')), texts);
const gate = must(claimThat(broken('a listener', 'none'), 'it listens'), { ...texts, gate: true });

const whole = timelineOf([0, started()], [9, ends(0)]);
const missed = timelineOf([0, started()], [5, misses('ready', false)], [9, ends(1)]);

describe('a play', () => {
  test('is passed where all claims hold', () => {
    expect(judgePlay([right, right], whole)).toEqual({
      outcome: 'passed',
      findings: [],
      onTimeAlone: false,
      gateIsBroken: false,
    });
  });

  test('is failed where one is broken, with everything that the learner needs', () => {
    expect(judgePlay([right, wrong], whole)).toMatchObject({
      outcome: 'failed',
      findings: [
        {
          claim: 'it is a',
          expected: 'a',
          seen: 'b',
          because: 'It matters.',
          help: 'Look there.',
          evidence: [1],
        },
      ],
    });
  });

  test('tells every claim that is broken, and not only the first', () => {
    const judged = judgePlay([wrong, unseen, late], whole);
    expect(judged).toMatchObject({ outcome: 'failed', onTimeAlone: false });
    expect(judged.findings.map(({ claim }) => claim)).toEqual(['it is a', 'it is soon']);
  });

  test('is failed on time alone where nothing else is broken', () => {
    expect(judgePlay([right, late], whole)).toMatchObject({ outcome: 'failed', onTimeAlone: true });
  });

  test('says nothing after a gate that is broken', () => {
    const judged = judgePlay([gate, wrong], whole);
    expect(judged).toMatchObject({ outcome: 'failed', gateIsBroken: true });
    expect(judged.findings.map(({ claim }) => claim)).toEqual(['it listens']);
  });

  test('is no closed gate where the gate itself holds', () => {
    const open = must(claimThat(holds), { ...texts, gate: true });
    expect(judgePlay([open, wrong], whole)).toMatchObject({ outcome: 'failed', gateIsBroken: false });
  });

  test('is moot where a claim is, and names the first thing that was missing', () => {
    const other = must(claimThat(moot('something later')), texts);
    expect(judgePlay([right, unseen, other], whole)).toMatchObject({
      outcome: 'moot',
      missing: 'it never said so',
      onTimeAlone: false,
    });
  });

  test('is moot where a milestone was missed, even though all that was seen is right', () => {
    expect(judgePlay([right], missed)).toMatchObject({ outcome: 'moot', missing: 'it never came to ready' });
  });

  test('that is moot on time alone is worth a second play', () => {
    const slow = timelineOf([0, started()], [5, misses('ready', true)]);
    expect(judgePlay([right], slow)).toMatchObject({ outcome: 'moot', onTimeAlone: true });
  });

  test('is failed with one finding where a limit was reached, whatever the claims say', () => {
    const text = 'it held too much memory';
    const timeline = timelineOf(
      [0, started()],
      [5, { kind: 'limit', app: 'app', text }],
      [9, ends(null, 'SIGKILL')],
    );
    const judged = judgePlay([right, wrong], timeline);
    expect(judged).toMatchObject({ outcome: 'failed', onTimeAlone: false, gateIsBroken: true });
    expect(judged.findings).toMatchObject([{ seen: `we ended it, because ${text}`, evidence: [1] }]);
  });
});

describe('notes', () => {
  test('are none where nothing is worth one', () => expect(notesOn(whole)).toEqual([]));

  test('tell of output beyond the cap', () => {
    const timeline = timelineOf(
      [0, prints('x')],
      [1, { kind: 'capped', app: 'app', stream: 'stdout', keptBytes: 100, droppedBytes: 7 }],
    );
    expect(notesOn(timeline)).toEqual([
      'The program printed more on stdout than is kept: the first 100 bytes were read as lines, 7 more were only counted.',
    ]);
  });

  test.each([
    [[{ pid: 7, command: 'sleep' }], 'a process running when it was over (sleep, pid 7)'],
    [
      [
        { pid: 7, command: 'sleep' },
        { pid: 8, command: 'node' },
      ],
      '2 processes running when it was over (sleep, pid 7; node, pid 8)',
    ],
  ])('tell who was left behind', (processes, text) => {
    const timeline = timelineOf([0, { kind: 'left-behind', app: 'app', processes }]);
    expect(notesOn(timeline)).toEqual([`The program left ${text}; we ended what it left.`]);
  });
});

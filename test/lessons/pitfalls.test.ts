import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lessonProgram } from '../../src/course/course.ts';
import { sectionsOf } from '../../src/course/guide.ts';
import type { Claim } from '../../src/grading/claim.ts';
import type { Pitfall } from '../../src/grading/pitfall.ts';
import { playFresh } from '../../src/player/play-fresh.ts';
import { openTheatre, type Theatre } from '../../src/stage/stage.ts';
import type { Timeline } from '../../src/timeline/events.ts';
import { guideText, lessons } from './course.ts';

const mayTakeMs = 60_000;

let theatre: Theatre;
beforeAll(async () => {
  theatre = await openTheatre();
  // What must still be under way while somebody looks lasts longer where the machine is slow.
  await theatre.pace.measure();
});
afterAll(() => theatre[Symbol.asyncDispose]());

const pitfalls = lessons.flatMap(({ id, lesson }) =>
  lesson.pitfalls.map((pitfall): [string, Pitfall, string] => [pitfall.id, pitfall, id]),
);
const judged = (claims: readonly Claim[], timeline: Timeline) =>
  claims.map((claim) => ({ claim: claim.text, ...claim.judge(timeline) }));

it('no id of a pitfall is there twice', () => {
  expect(new Set(pitfalls.map(([id]) => id)).size).toBe(pitfalls.length);
});

describe.concurrent.each(pitfalls)('the pitfall %s', (id, pitfall, lesson) => {
  it('names a section of its guide, and tells what differed in about two sentences', () => {
    expect(sectionsOf(guideText(lesson)).map(({ heading }) => heading)).toContain(pitfall.section);
    expect(pitfall.difference.length).toBeGreaterThan(80);
    expect(pitfall.difference.length).toBeLessThan(500);
  });

  it.each([
    ['wrong', pitfall.wrong],
    ['right', pitfall.right],
  ] as const)(
    'its %s program shows what is claimed of it',
    async (side, claims) => {
      const file = lessonProgram(lesson, `pitfalls/${id}/${side}`);
      const { said, timeline } = await playFresh(
        pitfall,
        { theatre, program: { file, nodeFlags: [] }, seed: 1 },
        (seen) => ({ said: judged(claims, seen), timeline: seen }),
      );
      for (const { claim, ...judgement } of said)
        expect(judgement, `${claim}\n${JSON.stringify(timeline.events, null, 1)}`).toEqual({
          outcome: 'holds',
        });
    },
    mayTakeMs,
  );

  it(
    'its right program does not show the harm, and its wrong one does not show the cure',
    async () => {
      for (const [side, claims] of [
        ['right', pitfall.wrong],
        ['wrong', pitfall.right],
      ] as const) {
        const file = lessonProgram(lesson, `pitfalls/${id}/${side}`);
        const said = await playFresh(
          pitfall,
          { theatre, program: { file, nodeFlags: [] }, seed: 1 },
          (seen) => judged(claims, seen),
        );
        expect(
          said.filter(({ outcome }) => outcome !== 'holds').length,
          `${side}: all of ${said.map(({ claim }) => claim).join('; ')}`,
        ).toBeGreaterThan(0);
      }
    },
    mayTakeMs,
  );
});

import { OverTooSoon } from '../../stage/milestone.ts';
import type { Timeline } from '../../timeline/events.ts';
import { eventsOf, numericSetting, outcomeOf } from '../../timeline/questions.ts';
import type { Claim } from '../claim.ts';

/**
 * The same claim, which does not count against a program that was given too little of the machine: half of the requests
 * of that name took longer than half of the setting's milliseconds, so what has to be done that often was not.
 */
export const unlessStarved = (
  claim: Claim,
  { asked, setting }: { asked: string; setting: string },
): Claim => ({
  text: claim.text,
  judge(timeline) {
    const judgement = claim.judge(timeline);
    if (judgement.outcome !== 'holds' && isStarved(timeline, asked, setting))
      throw new OverTooSoon(
        `The machine was so busy that the program answered too late for what ${setting} asks of it, so nothing can be said.`,
      );
    return judgement;
  },
});

// Far above what an answer takes by itself; with 0.5 to 2 right programs saw a leak in most plays, and not in all.
const shareOfTheSetting = 0.5;

function isStarved(timeline: Timeline, asked: string, setting: string): boolean {
  const endMs = timeline.events.at(-1)?.atMs ?? 0;
  const tookMs = eventsOf(timeline, 'request')
    .filter(({ name }) => name.startsWith(`${asked} `))
    .map(({ name, atMs }) => (outcomeOf(timeline, name)?.atMs ?? endMs) - atMs)
    .sort((a, b) => a - b);
  const median = tookMs[Math.floor(tookMs.length / 2)];
  return (
    median !== undefined &&
    median > shareOfTheSetting * (numericSetting(timeline, setting) ?? Number.POSITIVE_INFINITY)
  );
}

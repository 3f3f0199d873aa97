import { OverTooSoon } from '../../stage/milestone.ts';
import type { Timeline } from '../../timeline/events.ts';
import { endOf, eventsOf, missedMilestone, numericSetting, outcomeOf } from '../../timeline/questions.ts';
import type { Claim, Judgement } from '../claim.ts';

/**
 * The same claim, which does not count against a program that was given too little of the machine: one in ten of the
 * requests of that name took longer than the setting's milliseconds, so what has to be done that often was not.
 */
export const unlessStarved = (
  claim: Claim,
  { asked, setting }: { asked: string; setting: string },
): Claim => ({
  text: claim.text,
  judge(timeline) {
    const judgement = claim.judge(timeline);
    if (isOnTimeAlone(judgement, timeline) && isStarved(timeline, asked, setting))
      throw new OverTooSoon(
        `The machine was so busy that the program answered too late for what ${setting} asks of it, so nothing can be said.`,
      );
    return judgement;
  },
});

/** What a program did wrong, or that it ended itself, is no matter of the time that it was given. */
function isOnTimeAlone(judgement: Judgement, timeline: Timeline): boolean {
  const end = endOf(timeline);
  if (end !== undefined && end.because === undefined) return false;
  if (judgement.outcome === 'moot') return missedMilestone(timeline)?.onTime === true;
  return judgement.outcome === 'broken' && judgement.onTimeAlone === true;
}

// A program that stands still now and then, and works off in a burst what came meanwhile, sees no steady growth.
const quantile = 0.9;

function isStarved(timeline: Timeline, asked: string, setting: string): boolean {
  const endMs = timeline.events.at(-1)?.atMs ?? 0;
  const tookMs = eventsOf(timeline, 'request')
    .filter(({ name }) => name.startsWith(`${asked} `))
    .map(({ name, atMs }) => (outcomeOf(timeline, name)?.atMs ?? endMs) - atMs)
    .sort((a, b) => a - b);
  const slowMs = tookMs[Math.floor(tookMs.length * quantile)];
  return slowMs !== undefined && slowMs > (numericSetting(timeline, setting) ?? Number.POSITIVE_INFINITY);
}

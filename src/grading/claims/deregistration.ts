import type { Answer, Ended, RequestFailed, Timeline } from '../../timeline/events.ts';
import { endOf, numericSetting, signalsTo } from '../../timeline/questions.ts';
import { broken, type Claim, holds, moot, whatStoppedThePlay } from '../claim.ts';
import { describeEnd } from './exit.ts';

// Timers of a program count in whole milliseconds and may fire up to one early.
const timerGrainMs = 2;

type Outcome = Answer | RequestFailed;

/** What became of the requests of one name between the first signal and the end of the time that a setting grants. */
function outcomesWithin(timeline: Timeline, name: string, setting: string): Outcome[] {
  const signal = signalsTo(timeline)[0];
  if (signal === undefined) return [];
  const untilMs = signal.atMs + (numericSetting(timeline, setting) ?? 0);
  // What is seen only later may have been decided when the time was over, and says nothing.
  return timeline.events.filter(
    (event): event is Outcome =>
      (event.kind === 'answer' || event.kind === 'request-failed') &&
      event.name.startsWith(`${name} `) &&
      event.atMs > signal.atMs &&
      event.atMs < untilMs,
  );
}

/** The end of a program that went before its time; one that we ended is not meant. */
function endWithin(timeline: Timeline, setting: string): Ended | undefined {
  const end = endOf(timeline);
  const signal = signalsTo(timeline)[0];
  if (end === undefined || signal === undefined || end.because !== undefined) return undefined;
  return end.atMs < signal.atMs + (numericSetting(timeline, setting) ?? 0) - timerGrainMs ? end : undefined;
}

const told = (outcome: Outcome): string =>
  outcome.kind === 'answer' ? `status ${outcome.status}` : `the request failed with ${outcome.code}`;

/** Claims about requests on new connections while a program that was told to stop is still to be deregistered. */
export const newRequests = (name: string) => ({
  areServedFor: (setting: string): Claim => ({
    text: `new requests are served for ${setting} after the signal`,
    judge(timeline) {
      const outcomes = outcomesWithin(timeline, name, setting);
      const early = endWithin(timeline, setting);
      const wrong = outcomes.find((seen) => seen.kind === 'request-failed' || seen.status !== 200);
      if (wrong !== undefined) {
        return broken('status 200', told(wrong), { evidence: [timeline.events.indexOf(wrong)] });
      }
      if (early !== undefined) {
        return broken('a program that still serves', `${describeEnd(early)} before ${setting} had passed`, {
          evidence: [timeline.events.indexOf(early)],
        });
      }
      return outcomes.length > 0
        ? holds
        : moot(whatStoppedThePlay(timeline) ?? 'no request came to an end in that time');
    },
  }),

  /** On a new connection, or on one that was open: then a closed connection is as good. */
  turnTo: (
    status: number,
    { setting, orClosed = false }: { setting?: string; orClosed?: boolean } = {},
  ): Claim => ({
    text: `the answer turns to ${status} after the signal${orClosed ? ', or the connection is closed' : ''}`,
    judge(timeline) {
      const signal = signalsTo(timeline)[0];
      const outcomes =
        setting === undefined
          ? timeline.events.filter(
              (event): event is Outcome =>
                (event.kind === 'answer' || event.kind === 'request-failed') &&
                event.name.startsWith(`${name} `) &&
                signal !== undefined &&
                event.atMs > signal.atMs,
            )
          : outcomesWithin(timeline, name, setting);
      const isThere = (seen: Outcome): boolean =>
        seen.kind === 'answer' ? seen.status === status : orClosed && seen.code !== 'GIVEN_UP';
      if (outcomes.some(isThere)) return holds;
      const last = outcomes.at(-1);
      if (last === undefined) return moot(whatStoppedThePlay(timeline) ?? 'no answer came in that time');
      return broken(`status ${status}`, told(last), {
        evidence: [timeline.events.indexOf(last)],
        onTimeAlone: last.kind === 'answer',
      });
    },
  }),
});

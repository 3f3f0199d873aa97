import { OverTooSoon } from '../../stage/milestone.ts';
import type { Answer, Ended, RequestFailed, Timeline } from '../../timeline/events.ts';
import {
  earliestAnswerMs,
  endOf,
  numericSetting,
  outcomeOf,
  signalsTo,
  theApp,
} from '../../timeline/questions.ts';
import { broken, type Claim, holds, type Judgement, moot, whatStoppedThePlay } from '../claim.ts';
import { describeEnd } from './exit.ts';

// Timers of a program count in whole milliseconds and may fire up to one early.
const timerGrainMs = 2;

type Outcome = Answer | RequestFailed;

/** The name of the requests, and the program that they went to. */
interface Asked {
  readonly name: string;
  readonly app: string;
}

/** What became of the requests of one name after the first signal; not of those that we gave up. */
function outcomesSince(timeline: Timeline, { name, app }: Asked): Outcome[] {
  const signal = signalsTo(timeline, app)[0];
  return timeline.events.filter(
    (event): event is Outcome =>
      (event.kind === 'answer' || (event.kind === 'request-failed' && event.code !== 'GIVEN_UP')) &&
      event.name.startsWith(`${name} `) &&
      signal !== undefined &&
      event.atMs > signal.atMs,
  );
}

/** Those of them that are seen before the time that a setting grants is over: what is seen later says nothing. */
function outcomesWithin(timeline: Timeline, asked: Asked, setting: string): Outcome[] {
  const { app } = asked;
  const untilMs = (signalsTo(timeline, app)[0]?.atMs ?? 0) + (numericSetting(timeline, setting, app) ?? 0);
  return outcomesSince(timeline, asked).filter(({ atMs }) => atMs < untilMs);
}

/** The end of a program that went before its time; one that we ended is not meant. */
function endWithin(timeline: Timeline, app: string, setting: string): Ended | undefined {
  const end = endOf(timeline, app);
  const signal = signalsTo(timeline, app)[0];
  if (end === undefined || signal === undefined || end.because !== undefined) return undefined;
  return end.atMs < signal.atMs + (numericSetting(timeline, setting, app) ?? 0) - timerGrainMs
    ? end
    : undefined;
}

/** A program that ended by itself, and not before the time that the setting grants. */
const wentAfter = (timeline: Timeline, app: string, setting: string): boolean =>
  endOf(timeline, app) !== undefined &&
  endOf(timeline, app)?.because === undefined &&
  endWithin(timeline, app, setting) === undefined;

/** Where the program did what it should and nobody had looked meanwhile, the looking was too slow: play it again. */
function nothingSeen(timeline: Timeline, wentInOrder: boolean): Judgement {
  const stopped = whatStoppedThePlay(timeline);
  if (stopped === undefined && wentInOrder)
    throw new OverTooSoon('The program was gone before a request to it had come to an end.');
  return moot(stopped ?? 'no request came to an end in that time');
}

const told = (outcome: Outcome): string =>
  outcome.kind === 'answer' ? `status ${outcome.status}` : `the request failed with ${outcome.code}`;

/** Claims about requests on new connections while a program that was told to stop is still to be deregistered. */
export const newRequests = (name: string, app = theApp) => ({
  areServedFor: (setting: string): Claim => ({
    text: `new requests are served for ${setting} after the signal`,
    judge(timeline) {
      const outcomes = outcomesWithin(timeline, { name, app }, setting);
      const early = endWithin(timeline, app, setting);
      const wrong = outcomes.find((seen) => seen.kind === 'request-failed' || seen.status !== 200);
      if (wrong !== undefined) {
        return broken('status 200', told(wrong), { evidence: [timeline.events.indexOf(wrong)] });
      }
      if (early !== undefined) {
        return broken('a program that still serves', `${describeEnd(early)} before ${setting} had passed`, {
          evidence: [timeline.events.indexOf(early)],
        });
      }
      return outcomes.length > 0 ? holds : nothingSeen(timeline, wentAfter(timeline, app, setting));
    },
  }),

  /** On a new connection, or on one that was open: then a closed connection is as good. */
  turnTo: (
    status: number,
    {
      setting,
      whileOpen,
      orClosed = false,
    }: { setting?: string; whileOpen?: string; orClosed?: boolean } = {},
  ): Claim => ({
    text: `the answer turns to ${status} after the signal${orClosed ? ', or the connection is closed' : ''}`,
    judge(timeline) {
      const all =
        setting === undefined
          ? outcomesSince(timeline, { name, app })
          : outcomesWithin(timeline, { name, app }, setting);
      // Once that request can have its answer the connection may go, and its closing says nothing: the two reach us in
      // any order.
      const held = whileOpen === undefined ? undefined : outcomeOf(timeline, whileOpen);
      const untilMs = Math.min(
        held?.kind === 'answer' ? held.atMs : Number.POSITIVE_INFINITY,
        (whileOpen === undefined ? undefined : earliestAnswerMs(timeline, whileOpen)) ??
          Number.POSITIVE_INFINITY,
      );
      const outcomes = all.filter((seen) => seen.atMs < untilMs);
      const isThere = (seen: Outcome): boolean =>
        seen.kind === 'answer' ? seen.status === status : orClosed;
      if (outcomes.some(isThere)) return holds;
      const last = outcomes.at(-1);
      if (last === undefined) {
        const wentInOrder =
          setting === undefined ? held?.kind === 'answer' : wentAfter(timeline, app, setting);
        return nothingSeen(timeline, wentInOrder);
      }
      return broken(`status ${status}`, told(last), {
        evidence: [timeline.events.indexOf(last)],
        onTimeAlone: last.kind === 'answer',
      });
    },
  }),
});

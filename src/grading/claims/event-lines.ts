import { type EventLine, eventLines } from '../../timeline/event-line.ts';
import type { Stream, Timeline } from '../../timeline/events.ts';
import {
  missedMilestone,
  numericSetting,
  requestNamed,
  signalsTo,
  theApp,
} from '../../timeline/questions.ts';
import { broken, type Claim, holds, moot, whatStoppedThePlay } from '../claim.ts';

type Fields = Readonly<Record<string, unknown>>;

const timerGrainMs = 2;

/** Claims about the event lines of one name. */
export const eventLine = (event: string, app = theApp) => {
  const all = (timeline: Timeline): EventLine[] => eventLines(timeline, { event, app });
  const evidenceOf = (timeline: Timeline, lines: EventLine[]): number[] =>
    lines.map(({ line }) => timeline.events.indexOf(line));
  return {
    comes: (): Claim => ({
      text: `the program prints "${event}"`,
      judge(timeline) {
        if (all(timeline).length > 0) return holds;
        return notSeen(timeline, event);
      },
    }),

    comesOnce: (): Claim => ({
      text: `the program prints "${event}" once`,
      judge(timeline) {
        const lines = all(timeline);
        if (lines.length === 1) return holds;
        if (lines.length === 0) return notSeen(timeline, event, `one line {"event":"${event}"}`);
        return broken(`one line {"event":"${event}"}`, `${lines.length} of them`, {
          evidence: evidenceOf(timeline, lines),
        });
      },
    }),

    /** Once would be too little; how often it comes in all is for another claim. */
    comesAgain: (): Claim => ({
      text: `the program prints "${event}" again`,
      judge(timeline) {
        const lines = all(timeline);
        if (lines.length > 1) return holds;
        if (lines.length === 0) return notSeen(timeline, event);
        return broken(`a second line {"event":"${event}"}`, 'one of them', {
          evidence: evidenceOf(timeline, lines),
          onTimeAlone: missedMilestone(timeline)?.milestone === `says ${event}`,
        });
      },
    }),

    /** Never moot: a line that was not printed is missing whatever else happened. */
    neverComes: (): Claim => ({
      text: `the program does not print "${event}"`,
      judge(timeline) {
        const lines = all(timeline);
        if (lines.length > 0) {
          return broken(`no line {"event":"${event}"}`, shown(lines[0]), {
            evidence: evidenceOf(timeline, lines),
          });
        }
        const stopped = whatStoppedThePlay(timeline);
        return stopped === undefined ? holds : moot(stopped);
      },
    }),

    /** Each of its lines carries the field; `accepts` decides about the value. */
    has: (field: string, what: string, accepts: (value: unknown, fields: Fields) => boolean): Claim => ({
      text: `"${event}" carries ${field}: ${what}`,
      judge(timeline) {
        const lines = all(timeline);
        if (lines.length === 0) return moot(`no line "${event}" was printed`);
        const wrong = lines.find(({ fields }) => !accepts(fields[field], fields));
        if (wrong === undefined) return holds;
        return broken(`${field}: ${what}`, shown(wrong), { evidence: evidenceOf(timeline, [wrong]) });
      },
    }),

    /** Strict: what is printed before the request's time has passed came before its answer, on any machine. */
    doesNotComeBeforeTheAnswerTo: (
      request: string,
      { takes, where }: { takes: string; where?: Fields },
    ): Claim => ({
      text: `"${named({ event, ...(where && { where }) })}" is not printed before the request "${request}" can have been answered`,
      judge(timeline) {
        const sent = requestNamed(timeline, request);
        if (sent === undefined) return moot(`the request "${request}" was never sent`);
        const earliestMs =
          sent.atMs + Number(new URL(sent.path, 'http://localhost').searchParams.get(takes)) - timerGrainMs;
        const early = all(timeline).find(
          (seen) => matches(seen, { event, ...(where && { where }) }) && seen.line.atMs < earliestMs,
        );
        if (early === undefined) return holds;
        const byMs = Math.round(earliestMs - early.line.atMs);
        return broken(
          `"${event}" after the answer to "${request}"`,
          `it was printed ${byMs} ms before that answer was possible`,
          { evidence: [timeline.events.indexOf(sent), ...evidenceOf(timeline, [early])] },
        );
      },
    }),

    /** Strict, counted from the first signal: what is printed before the limit cannot be the machine's fault. */
    doesNotComeBeforeTheLimit: (setting: string): Claim => ({
      text: `"${event}" is not printed before ${setting} has passed`,
      judge(timeline) {
        const signal = signalsTo(timeline, app)[0];
        if (signal === undefined) return moot(whatStoppedThePlay(timeline) ?? 'no signal was sent');
        const limitMs = numericSetting(timeline, setting, app) ?? 0;
        const early = all(timeline).find(({ line }) => line.atMs < signal.atMs + limitMs - timerGrainMs);
        if (early === undefined) return holds;
        return broken(
          `"${event}" ${limitMs} ms after ${signal.signal} or later`,
          `it was printed ${Math.round(early.line.atMs - signal.atMs)} ms after it`,
          {
            evidence: [timeline.events.indexOf(signal), ...evidenceOf(timeline, [early])],
          },
        );
      },
    }),

    /** Within one stream; lines of two streams have no order between them. */
    isTheLastOf: (others: readonly string[]): Claim => ({
      text: `"${event}" comes after all other event lines of the shutdown`,
      judge(timeline) {
        const lines = eventLines(timeline, { app });
        const last = lines.findLast((line) => line.event === event);
        if (last === undefined) return notSeen(timeline, event);
        const later = lines
          .slice(lines.indexOf(last) + 1)
          .find((line) => others.includes(line.event) && line.line.stream === last.line.stream);
        if (later === undefined) return holds;
        return broken(`"${event}" as the last`, `"${later.event}" came after it`, {
          evidence: evidenceOf(timeline, [last, later]),
        });
      },
    }),
  };
};

/** What one step of an ordered sequence is: an event's name, and the fields that tell it apart. */
export interface Step {
  readonly event: string;
  readonly where?: Fields;
}

/** Claims that all steps are there, and that within each stream they first come in this order. */
export const theLines = (...steps: readonly Step[]) => ({
  comeInOrder: (app = theApp): Claim => ({
    text: `the program prints ${steps.map(named).join(', ')} in this order`,
    judge(timeline) {
      const found = steps.map((step) =>
        eventLines(timeline, { event: step.event, app }).find((line) => matches(line, step)),
      );
      const missing = steps.find((_, index) => found[index] === undefined);
      if (missing !== undefined) return notSeen(timeline, missing.event, `a line for ${named(missing)}`);
      const lines = found as EventLine[];
      for (const stream of ['stdout', 'stderr'] satisfies Stream[]) {
        const places = lines
          .filter(({ line }) => line.stream === stream)
          .map(({ line }) => timeline.events.indexOf(line));
        const wrong = places.findIndex((place, index) => index > 0 && place < (places[index - 1] as number));
        if (wrong === -1) continue;
        const order = [...lines].sort(
          (a, b) => timeline.events.indexOf(a.line) - timeline.events.indexOf(b.line),
        );
        return broken(
          steps.map(named).join(', '),
          order.map((line) => named(steps[lines.indexOf(line)] as Step)).join(', '),
          { evidence: places },
        );
      }
      return holds;
    },
  }),
});

const matches = (line: EventLine, { where = {} }: Step): boolean =>
  Object.entries(where).every(([field, value]) => line.fields[field] === value);

const named = ({ event, where = {} }: Step): string => [event, ...Object.values(where)].join(' ');

const shown = (line: EventLine | undefined): string =>
  line === undefined ? 'nothing' : line.line.text.slice(0, 200);

/** Broken where the scenario waited for this very line in vain; moot where it never came so far. */
export function notSeen(timeline: Timeline, event: string, expected = `a line {"event":"${event}"}`) {
  const missed = missedMilestone(timeline);
  if (missed?.milestone === event || missed?.milestone === `says ${event}`) {
    return broken(expected, missed.text, {
      evidence: [timeline.events.indexOf(missed)],
      onTimeAlone: missed.onTime,
    });
  }
  const stopped = whatStoppedThePlay(timeline);
  return stopped === undefined ? broken(expected, 'no such line was printed') : moot(stopped);
}

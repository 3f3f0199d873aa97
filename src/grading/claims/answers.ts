import type { Answer, Timeline } from '../../timeline/events.ts';
import { outcomeOf, requestNamed } from '../../timeline/questions.ts';
import { broken, type Claim, holds, type Judgement, moot, whatStoppedThePlay } from '../claim.ts';

// Timers of a program count in whole milliseconds and may fire up to one early.
const timerGrainMs = 2;

/** Claims about what came of one request. Moot where it was never sent. */
export const answer = (name: string) => ({
  hasStatus: (status: number): Claim => ({
    text: `the request "${name}" is answered with status ${status}`,
    judge: (timeline) =>
      judgeAnswer(timeline, name, (seen) =>
        seen.status === status
          ? holds
          : broken(`status ${status}`, `status ${seen.status}`, { evidence: evidenceOf(timeline, name) }),
      ),
  }),

  /** The body is JSON that holds the very value that the request's query had for `parameter`. */
  holdsItsOwn: (parameter: string): Claim => ({
    text: `the answer to "${name}" is whole and its own: JSON with the ${parameter} that was asked for`,
    judge: (timeline) =>
      judgeAnswer(timeline, name, (seen) => {
        const asked = new URL(requestNamed(timeline, name)?.path ?? '/', 'http://localhost').searchParams.get(
          parameter,
        );
        return jsonField(seen.body, parameter) === asked
          ? holds
          : broken(`JSON with "${parameter}":"${asked}"`, shortened(seen.body), {
              evidence: evidenceOf(timeline, name),
            });
      }),
  }),

  /** The body is JSON with a field that `accepts` takes. */
  hasField: (field: string, what: string, accepts: (value: unknown) => boolean): Claim => ({
    text: `the answer to "${name}" has "${field}": ${what}`,
    judge: (timeline) =>
      judgeAnswer(timeline, name, (seen) =>
        accepts(jsonField(seen.body, field))
          ? holds
          : broken(`JSON with "${field}": ${what}`, shortened(seen.body), {
              evidence: evidenceOf(timeline, name),
            }),
      ),
  }),

  /** Strict: an answer that comes before the milliseconds of the query's `parameter` was not waited for. */
  takesItsTime: (parameter: string): Claim => ({
    text: `the answer to "${name}" takes as long as it was asked to`,
    judge: (timeline) =>
      judgeAnswer(timeline, name, (seen) => {
        const sent = requestNamed(timeline, name);
        const asked = Number(new URL(sent?.path ?? '/', 'http://localhost').searchParams.get(parameter));
        const tookMs = seen.atMs - (sent?.atMs ?? 0);
        return tookMs >= asked - timerGrainMs
          ? holds
          : broken(`an answer after ${asked} ms or later`, `it came after ${Math.round(tookMs)} ms`, {
              evidence: evidenceOf(timeline, name),
            });
      }),
  }),

  /** Header names in lower case; the value is compared without regard to case. */
  hasHeader: (header: string, value: string): Claim => ({
    text: `the answer to "${name}" carries ${header}: ${value}`,
    judge: (timeline) =>
      judgeAnswer(timeline, name, (seen) =>
        seen.headers[header]?.toLowerCase() === value
          ? holds
          : broken(`${header}: ${value}`, `${header}: ${seen.headers[header] ?? 'not sent'}`, {
              evidence: evidenceOf(timeline, name),
            }),
      ),
  }),
});

function judgeAnswer(timeline: Timeline, name: string, judge: (answer: Answer) => Judgement): Judgement {
  if (requestNamed(timeline, name) === undefined) {
    return moot(whatStoppedThePlay(timeline) ?? `the request "${name}" was never sent`);
  }
  const outcome = outcomeOf(timeline, name);
  if (outcome?.kind === 'answer') return judge(outcome);
  const neverCame = outcome === undefined || outcome.code === 'GIVEN_UP';
  return broken('a whole answer', neverCame ? 'no answer came' : `the request failed with ${outcome.code}`, {
    evidence: evidenceOf(timeline, name),
    onTimeAlone: neverCame,
  });
}

const evidenceOf = (timeline: Timeline, name: string): number[] =>
  timeline.events.flatMap((event, index) =>
    (event.kind === 'request' || event.kind === 'answer' || event.kind === 'request-failed') &&
    event.name === name
      ? [index]
      : [],
  );

function jsonField(body: string, field: string): unknown {
  try {
    return JSON.parse(body)?.[field];
  } catch {
    return undefined;
  }
}

const shortened = (text: string): string =>
  text.length > 200 ? `${text.slice(0, 200)} and ${text.length - 200} characters more` : text;

import type { Answer, RequestFailed, Sample, TimelineEvent } from '../timeline/events.ts';
import { earliestAnswerMs, endOf, eventsOf, outcomeOf } from '../timeline/questions.ts';
import type { App } from './app.ts';
import { Milestone, OverTooSoon } from './milestone.ts';
import { pause, pauseUnless } from './pace.ts';
import type { Stage } from './stage.ts';

export interface Asking {
  /** The requests' name in the timeline: "report 1", "report 2" and so on where this is "report". */
  readonly as: string;
  readonly everyMs?: number;
  /** How long the thing itself may take, before its "soon" begins. */
  readonly afterMs?: number;
  /** Writes the operating system's figures for the program into the timeline right after each answer. */
  readonly sampling?: true;
  /** Completes "it never ...": a missed milestone where nothing was accepted, because what follows needs it. */
  readonly needed?: string;
  accepts(answer: Answer, sample: Sample | undefined): boolean;
}

/** Asks again and again, each time on a connection of its own, until an answer is accepted or the time is over. */
export async function asksUntil(
  { app, stage }: { app: App; stage: Stage },
  path: string,
  { as, everyMs = 50, afterMs = 0, sampling, needed, accepts }: Asking,
): Promise<void> {
  let count = 0;
  const accepted = await app.repeats(
    async () => {
      count += 1;
      const name = `${as} ${count}`;
      app.get(path, { as: name });
      await app.answered(name);
      if (sampling) app.sample();
      const timeline = stage.log.timeline(0);
      const outcome = outcomeOf(timeline, name);
      return outcome?.kind === 'answer' && accepts(outcome, eventsOf(timeline, 'sample').at(-1));
    },
    { everyMs, afterMs },
  );
  if (!accepted && needed !== undefined)
    throw new Milestone(as, `it never ${needed}`, { onTime: !app.isOver });
}

export interface AskingAlong {
  readonly forMs: number;
  readonly everyMs: number;
  /** A request in flight with whose end the asking ends too. */
  readonly whileOpen?: string;
  /** A connection that is kept; asking ends where it was closed. */
  readonly on?: string;
}

// With fewer answers than this, a span that should have been looked at was not.
const enoughAnswers = 3;

/**
 * Asks for each path again and again for a while, whatever comes of it: "probe 1", "probe 2" and so on where a path's
 * name is "probe". Plays again where too few came to an end in time to say anything.
 */
export async function asksWhile(
  { app, stage }: { app: App; stage: Stage },
  paths: Readonly<Record<string, string>>,
  { forMs, everyMs, whileOpen, on }: AskingAlong,
): Promise<void> {
  const untilMs = stage.log.nowMs() + forMs;
  // One that is cut off ends nothing: what else is cut off with it is seen at the next request.
  const answerHeld = (): Answer | undefined =>
    eventsOf(stage.log.timeline(0), 'answer').find(({ name }) => name === whileOpen);
  const answerIsDueMs =
    (whileOpen === undefined ? undefined : earliestAnswerMs(stage.log.timeline(0), whileOpen)) ?? untilMs;
  const outcomes = (): (Answer | RequestFailed)[] =>
    Object.keys(paths).flatMap((name) => {
      const isOwn = (event: TimelineEvent): event is Answer | RequestFailed =>
        (event.kind === 'answer' || event.kind === 'request-failed') && event.name.startsWith(`${name} `);
      const endMs = Math.min(untilMs, answerHeld()?.atMs ?? untilMs, answerIsDueMs);
      return stage.log.events.filter(isOwn).filter(({ atMs }) => atMs < endMs);
    });
  const isOver = (): boolean =>
    app.isOver ||
    stage.log.nowMs() >= untilMs ||
    answerHeld() !== undefined ||
    (on !== undefined && outcomes().some(({ kind }) => kind === 'request-failed'));
  for (let count = 1; !isOver(); count += 1) {
    const sent = Object.entries(paths).map(([name, path]) =>
      app.request('GET', path, { as: `${name} ${count}`, ...(on !== undefined && { on }) }),
    );
    await Promise.all([pauseUnless(Promise.all(sent), forMs), pause(everyMs)]);
  }
  // The end of the process and the last bytes of its sockets reach us in any order.
  if (app.isOver && whileOpen !== undefined) await app.answered(whileOpen);
  const isClosed = outcomes().some(({ kind }) => kind === 'request-failed');
  // A program that went with the answer that it owed, or after the span, did nothing wrong; we only came too late to look.
  const endedAtMs = endOf(stage.log.timeline(0), app.name)?.atMs ?? 0;
  const wentInOrder = answerHeld() !== undefined || endedAtMs >= untilMs;
  if (
    (!app.isOver || wentInOrder) &&
    !isClosed &&
    outcomes().length < enoughAnswers * Object.keys(paths).length
  )
    throw new OverTooSoon('Too few requests came to an end while there was something to see.');
}

/** What a JSON answer holds, or an empty object where it is none. */
export function jsonOf({ body }: Answer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

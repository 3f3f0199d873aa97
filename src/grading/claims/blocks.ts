import { OverTooSoon } from '../../stage/milestone.ts';
import { type EventLine, eventLines } from '../../timeline/event-line.ts';
import type { RequestSent, Timeline } from '../../timeline/events.ts';
import { eventsOf, theApp } from '../../timeline/questions.ts';
import { broken, type Claim, holds, moot, whatStoppedThePlay } from '../claim.ts';

/** How far from the true length a reported one may lie; `overMs` grows with the machine's slowness. */
export interface Nearness {
  /** On a busy machine a watch in a thread of its own may begin late: up to twice as much is no finding there. */
  readonly underMs: number;
  readonly overMs: number;
}

const quietSoonMs = 2_000;

// Clocks of a program may count in whole milliseconds.
const timerGrainMs = 2;

const blockLengthOf = ({ path }: RequestSent): number =>
  Number(new URL(path, 'http://localhost').searchParams.get('ms'));

const durationOf = ({ fields }: EventLine): number => Number(fields.durationMs);

/** Claims about the "loop.blocked" lines; a block is a request under that name, with its length as `ms`. */
export const blocks = (load: string, app = theApp) => {
  const requests = (timeline: Timeline): RequestSent[] =>
    eventsOf(timeline, 'request').filter(({ name }) => name.startsWith(`${load} `));
  return {
    areReportedOnce: ({ underMs, overMs }: Nearness): Claim => ({
      text: 'each block is reported once, with about its true length',
      judge(timeline) {
        const sent = requests(timeline);
        const lines = eventLines(timeline, { event: 'loop.blocked', app });
        if (sent.length === 0) return moot(whatStoppedThePlay(timeline) ?? 'the loop was never blocked');
        const slowness = timeline.soonMs / quietSoonMs;
        let cannotTell = false;
        for (const [index, request] of sent.entries()) {
          const lengthMs = blockLengthOf(request);
          const untilMs = sent[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
          // What is reported before the next block begins, and is of its size, is this one's.
          const own = lines.filter(
            (seen) =>
              seen.line.atMs > request.atMs && seen.line.atMs < untilMs && !(durationOf(seen) < lengthMs / 2),
          );
          const [first] = own;
          const isNear =
            first !== undefined &&
            durationOf(first) >= lengthMs - underMs &&
            durationOf(first) <= lengthMs + overMs * slowness;
          // Strict: nobody can have seen a block to its end before it can have been over.
          const earlyByMs = Math.round(request.atMs + lengthMs - timerGrainMs - (first?.line.atMs ?? 0));
          if (own.length === 1 && isNear && earlyByMs <= 0) continue;
          const missedMs = lengthMs - Number(first?.fields.durationMs);
          if (own.length === 1 && slowness >= 2 && missedMs > underMs && missedMs <= 2 * underMs) {
            cannotTell = true;
            continue;
          }
          const durations = own.map((line) => `durationMs: ${JSON.stringify(line.fields.durationMs)}`);
          const seen =
            own.length === 1 && isNear
              ? `${durations[0]}, ${earlyByMs} ms before the block can have been over`
              : durations.join(', ');
          return broken(
            `one line "loop.blocked" for a block of ${lengthMs} ms`,
            seen || smallerOnes(lines, { afterMs: request.atMs, untilMs }),
            {
              evidence: [request, ...own.map(({ line }) => line)].map((event) =>
                timeline.events.indexOf(event),
              ),
              // A program that gets no core for a while was not blocked by its own doing, and cannot tell.
              onTimeAlone: true,
            },
          );
        }
        if (cannotTell)
          throw new OverTooSoon(
            'On the busy machine the watch began so late that a part of a block was not seen.',
          );
        return holds;
      },
    }),

    areNotReported: (): Claim => ({
      text: 'neither rest nor a short block is reported as a block',
      judge(timeline) {
        const lines = eventLines(timeline, { event: 'loop.blocked', app });
        const [first] = lines;
        if (first !== undefined) {
          return broken('no line "loop.blocked"', first.line.text.slice(0, 200), {
            evidence: [...requests(timeline), ...lines.map(({ line }) => line)].map((event) =>
              timeline.events.indexOf(event),
            ),
            onTimeAlone: true,
          });
        }
        const stopped = whatStoppedThePlay(timeline);
        return stopped === undefined ? holds : moot(stopped);
      },
    }),
  };
};

/** How many blocks the program has told of so far, and the longest of them. */
export function reportedBlocks(timeline: Timeline, app = theApp): { count: number; longestMs: number } {
  const durations = eventLines(timeline, { event: 'loop.blocked', app }).map(durationOf);
  return { count: durations.length, longestMs: Math.max(0, ...durations) };
}

function smallerOnes(lines: EventLine[], { afterMs, untilMs }: { afterMs: number; untilMs: number }): string {
  const there = lines.find(({ line }) => line.atMs > afterMs && line.atMs < untilMs);
  return there === undefined ? 'no such line' : `durationMs: ${JSON.stringify(there.fields.durationMs)}`;
}

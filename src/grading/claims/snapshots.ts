import { type EventLine, eventLines } from '../../timeline/event-line.ts';
import type { Sample, Timeline } from '../../timeline/events.ts';
import { numericSetting, theApp } from '../../timeline/questions.ts';
import { broken, type Claim, holds, moot, whatStoppedThePlay } from '../claim.ts';

/** What a program said of itself in one line, and what the operating system said when the line came. */
export interface Snapshot {
  readonly line: EventLine;
  readonly index: number;
  readonly atMs: number;
  readonly system?: Sample;
}

/** The snapshots in the order of their arrival, each with the sample that was taken at it, if one was. */
export function snapshotsIn(timeline: Timeline, { event = 'snapshot', app = theApp } = {}): Snapshot[] {
  return eventLines(timeline, { event, app }).map((line) => {
    const index = timeline.events.indexOf(line.line);
    const next = timeline.events[index + 1];
    return { line, index, atMs: line.line.atMs, ...(next?.kind === 'sample' && { system: next }) };
  });
}

export const figureOf = ({ line }: Snapshot, field: string): number => {
  const value = line.fields[field];
  return typeof value === 'number' ? value : Number.NaN;
};

export const medianOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

// Below this share of the set time somebody prints too often; the first line may come to us late, but never early.
const leastShareOfTheGap = 0.7;
// A timer counts from the end of the last sample, and a busy machine adds to that.
const mostShareOfTheGap = 1.6;

/** Claims about the times at which snapshots come. */
export const snapshots = {
  /** Judged by the median of the gaps and by their mean: lines that reach us in one go spoil only one of them. */
  keepThePaceOf: (setting: string): Claim => ({
    text: `a snapshot comes about every ${setting}`,
    judge(timeline) {
      const seen = snapshotsIn(timeline);
      const first = seen[0];
      const last = seen.at(-1);
      const setMs = numericSetting(timeline, setting);
      if (first === undefined || last === undefined || first === last || setMs === undefined) {
        return moot(whatStoppedThePlay(timeline) ?? 'fewer than two snapshots were printed');
      }
      const median = medianOf(seen.slice(1).map(({ atMs }, index) => atMs - (seen[index] as Snapshot).atMs));
      const mean = (last.atMs - first.atMs) / (seen.length - 1);
      const expected = `a snapshot about every ${setMs} ms`;
      const said = `half of the gaps between ${seen.length} snapshots are ${median.toFixed(0)} ms or more`;
      const evidence = seen.map(({ index }) => index);
      if (Math.max(median, mean) < setMs * leastShareOfTheGap) return broken(expected, said, { evidence });
      if (Math.min(median, mean) <= setMs * mostShareOfTheGap * slownessOf(timeline)) return holds;
      return broken(expected, said, { evidence, onTimeAlone: true });
    },
  }),
};

const soonOnAQuietMachineMs = 2_000;

/** How much slower than a quiet machine it was: the timeline's "soon" beside the contracts' two seconds. */
const slownessOf = (timeline: Timeline): number => Math.max(1, timeline.soonMs / soonOnAQuietMachineMs);

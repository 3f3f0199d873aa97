import { OverTooSoon } from '../../stage/milestone.ts';
import type { Sample, Timeline } from '../../timeline/events.ts';
import { eventsOf, numericSetting, requestNamed, theApp } from '../../timeline/questions.ts';
import { broken, type Claim, holds, moot, whatStoppedThePlay } from '../claim.ts';
import { figureOf, medianOf, type Snapshot, snapshotsIn } from './snapshots.ts';

type Paired = Snapshot & { readonly system: Sample };

const paired = (timeline: Timeline): Paired[] =>
  snapshotsIn(timeline).filter((snapshot): snapshot is Paired => snapshot.system !== undefined);

/** When the program printed each, on its own clock; when they reached us, where it does not tell them apart by it. */
function saidAtMs(all: readonly Snapshot[]): Map<Snapshot, number> {
  const said = all.map(({ line }) => Date.parse(String(line.fields.at)));
  const tellsApart = said.every((ms, index) => index === 0 || ms > (said[index - 1] ?? Number.NaN));
  return new Map(all.map((snapshot, index) => [snapshot, tellsApart ? (said[index] ?? 0) : snapshot.atMs]));
}

// Our own figures are taken when a line reaches us. So much later than the promptest of them, they count other work too:
// the first that leaves half of all samples is taken.
const lateByMs = [12, 50, 150];

interface Span {
  readonly snapshots: readonly Paired[];
  /** How late its ends may have reached us. */
  readonly lateMs: number;
}

/**
 * From the first to the last snapshot that reached us promptly. Where none is left, the machine was too busy for a
 * comparison, and the scenario is played again.
 */
function promptly(all: readonly Paired[]): Span {
  const saidMs = saidAtMs(all);
  const delays = all.map((snapshot) => snapshot.atMs - (saidMs.get(snapshot) ?? 0));
  const least = Math.min(...delays);
  for (const lateMs of lateByMs) {
    const isPrompt = (delay: number): boolean => delay - least <= lateMs;
    const snapshots = all.slice(delays.findIndex(isPrompt), delays.findLastIndex(isPrompt) + 1);
    if ((snapshots.length - 1) * 2 >= all.length - 1) return { snapshots, lateMs };
  }
  throw new OverTooSoon('What the program printed reached us too late to be compared.');
}

const nothingToCompare = (timeline: Timeline) =>
  moot(whatStoppedThePlay(timeline) ?? 'there were too few snapshots to compare with the operating system');

export interface Tolerance {
  readonly megabytes: number;
  /** Of the system's figure, where that is more than the megabytes. */
  readonly percent: number;
}

/** Claims that a figure of the program's own snapshots agrees with the operating system's, taken when each came. */
export const figure = (field: string) => ({
  /** Judged by the median, and between our reading and the one before it: memory moves while a line is on its way. */
  agreesWithResidentMemory: (
    { megabytes, percent }: Tolerance,
    part: { before: string } | { last: number },
  ): Claim => ({
    text: `${field} agrees with the resident memory that the operating system shows`,
    judge(timeline) {
      const all = paired(timeline);
      const untilMs = 'before' in part ? (requestNamed(timeline, part.before)?.atMs ?? 0) : 0;
      const isMeant = ({ atMs }: Paired): boolean => 'last' in part || atMs < untilMs;
      if (!all.some(isMeant)) return nothingToCompare(timeline);
      // Of the first one nothing is known but what came after it, and a program that starts grows all the while.
      const fresh = freshOf(timeline, all).filter((snapshot) => isMeant(snapshot) && snapshot !== all[0]);
      const looked = 'last' in part ? fresh.slice(-part.last) : fresh;
      if (looked.length === 0)
        throw new OverTooSoon('What the program printed reached us too late to be compared.');
      const system = medianOf(looked.map((snapshot) => snapshot.system.rssMB));
      const allowed = Math.max(megabytes, (system * percent) / 100);
      const off = medianOf(looked.map((snapshot) => outside(figureOf(snapshot, field), all, snapshot)));
      if (off <= allowed) return holds;
      const said = looked.map((snapshot) => figureOf(snapshot, field).toFixed(1)).join(', ');
      return broken(
        `about ${system.toFixed(1)} MB, which the operating system shows`,
        `${field} was ${said}`,
        {
          evidence: looked.map(({ index }) => index),
        },
      );
    },
  }),

  /** Judged by the mean over all samples: a tick of the system's clock is too coarse for one of them. */
  agreesWithProcessorTime: ({ points, percent }: { points: number; percent: number }): Claim => ({
    text: `${field} agrees with the processor time that the operating system counts`,
    judge(timeline) {
      const all = paired(timeline);
      if (all.length < 2) return nothingToCompare(timeline);
      const compare = ({ snapshots, lateMs }: Span) => {
        const { said, saidEach, counted, spanMs } = overTheSpan(snapshots, field);
        const allowed = Math.max(points, (counted * percent) / 100) + (counted * 2 * lateMs) / spanMs;
        const agrees = [said, saidEach].some((value) => Math.abs(value - counted) <= allowed);
        return { said, counted, allowed, agrees };
      };
      if (compare({ snapshots: all, lateMs: 0 }).agrees) return holds;
      const span = promptly(all);
      const { said, counted, allowed, agrees } = compare(span);
      if (agrees) return holds;
      return broken(
        `${counted.toFixed(1)} on average, within ${allowed.toFixed(0)} points`,
        `${field} was ${said.toFixed(1)} on average over ${span.snapshots.length - 1} samples`,
        { evidence: span.snapshots.map(({ index }) => index) },
      );
    },
  }),
});

/**
 * Of lines that reached us in one go only the last was printed just now, so that what the system shows is of its time; and
 * none that came a sample later than the promptest of them, because reading the system's figures takes us time as well.
 */
function freshOf(timeline: Timeline, all: readonly Paired[]): Paired[] {
  const sampleMs = numericSetting(timeline, 'SAMPLE_MS') ?? 0;
  const saidMs = saidAtMs(all);
  const delayOf = (snapshot: Paired): number => snapshot.atMs - (saidMs.get(snapshot) ?? 0);
  const leastMs = Math.min(...all.map(delayOf));
  return all.filter((snapshot, index) => {
    const untilNextMs = (all[index + 1]?.atMs ?? Number.POSITIVE_INFINITY) - snapshot.atMs;
    return untilNextMs >= sampleMs / 2 && delayOf(snapshot) - leastMs <= sampleMs;
  });
}

/** How far a figure is from all that the resident memory may have been between the last reading and this one. */
function outside(said: number, all: readonly Paired[], at: Paired): number {
  const now = at.system.rssMB;
  const before = all[all.indexOf(at) - 1]?.system.rssMB ?? now;
  if (Number.isNaN(said)) return Number.POSITIVE_INFINITY;
  return Math.max(0, said - Math.max(before, now), Math.min(before, now) - said);
}

/**
 * A late sample counts for all the time since the last one; where another process or thread takes the samples, what was
 * taken in time is only printed late, and each counts alike. Either mean may be the program's.
 */
function overTheSpan(
  span: readonly Paired[],
  field: string,
): { said: number; saidEach: number; counted: number; spanMs: number } {
  const [first, last] = [span[0] as Paired, span.at(-1) as Paired];
  const saidMs = saidAtMs(span);
  const passedMs = (from: Paired, to: Paired): number => (saidMs.get(to) ?? 0) - (saidMs.get(from) ?? 0);
  const weighted = span
    .slice(1)
    .reduce(
      (sum, snapshot, index) => sum + figureOf(snapshot, field) * passedMs(span[index] as Paired, snapshot),
      0,
    );
  const spanMs = last.system.atMs - first.system.atMs;
  const usedMs = last.system.cpuMs - first.system.cpuMs;
  const each = span.slice(1).map((snapshot) => figureOf(snapshot, field));
  return {
    said: weighted / passedMs(first, last),
    saidEach: each.reduce((sum, value) => sum + value, 0) / each.length,
    counted: (usedMs / spanMs) * 100,
    spanMs,
  };
}

/** Claims about the processor time that the operating system counts for a program. */
export const processorTime = {
  /** Between the first sample of the system's figures and the last. */
  staysBelow: ({ percent }: { percent: number }): Claim => ({
    text: `the program uses less than ${percent} % of one core`,
    judge(timeline) {
      const taken = eventsOf(timeline, 'sample').filter(({ app }) => app === theApp);
      const [first] = taken;
      const last = taken.at(-1);
      if (first === undefined || last === undefined || first === last) return nothingToCompare(timeline);
      const used = ((last.cpuMs - first.cpuMs) / (last.atMs - first.atMs)) * 100;
      if (used < percent) return holds;
      const span = `${((last.atMs - first.atMs) / 1000).toFixed(1)} s`;
      return broken(`less than ${percent} % of one core`, `${used.toFixed(1)} % over ${span}`, {
        evidence: [timeline.events.indexOf(first), timeline.events.indexOf(last)],
      });
    },
  }),
};

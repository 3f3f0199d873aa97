import { OverTooSoon } from '../../stage/milestone.ts';
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

// Below this share of the set time somebody prints too often: one that takes the set time for two samples prints at half.
const leastShareOfTheGap = 0.7;
// Right programs stay within 1.1 on a quiet machine; the most common mistake of this kind, a pace of 200, is at 2.2.
const mostShareOfTheGap = 1.6;

const soonOnAQuietMachineMs = 2_000;
// A bare start takes twice its longest time on a quiet machine: then we ourselves wait for the processor.
const slowMachine = 2;

type Pace = 'right' | 'too often' | 'too seldom' | 'in one go';

/** Claims about the times at which snapshots come. */
export const snapshots = {
  /**
   * Where most lines reached us in one go, their pace was not seen. The times that the program printed then have to be
   * right; on a slow machine they are believed, and on another it is played again. What seems too seldom on a slow
   * machine is played again, too, unless every gap was too long.
   */
  keepThePaceOf: (setting: string, app = theApp): Claim => ({
    text: `a snapshot comes about every ${setting}`,
    judge(timeline) {
      const seen = snapshotsIn(timeline, { app });
      const setMs = numericSetting(timeline, setting, app);
      if (seen.length < 2 || setMs === undefined) {
        return moot(whatStoppedThePlay(timeline) ?? 'fewer than two snapshots were printed');
      }
      const arrived = gapsOf(seen.map(({ atMs }) => atMs));
      const printedAtMs = seen.map(({ line }) => Date.parse(String(line.fields.at)));
      const printed = printedAtMs.every(Number.isFinite) ? gapsOf(printedAtMs) : [];
      const gaps = isTrueTo(arrived, printed) ? printed : arrived;
      const pace = paceOf(gaps, printed, setMs);
      if (pace === 'right') return holds;
      const isPrintedRight = printed.length > 0 && isRight(printed, setMs);
      const isSlow = timeline.soonMs > soonOnAQuietMachineMs * slowMachine;
      // A busy machine makes gaps longer, but not every single one of them.
      const isAnyShort = gaps.some((gap) => gap <= setMs * mostShareOfTheGap);
      if (pace === 'too seldom' && isAnyShort && isSlow)
        throw new OverTooSoon('The machine was so busy that nothing can be said of the pace.');
      if (pace !== 'too seldom' && isPrintedRight && isSlow) return holds;
      if (pace !== 'too seldom' && isPrintedRight)
        throw new OverTooSoon('Most snapshots reached us in one go, so their pace was not seen.');
      return broken(
        `a snapshot about every ${setMs} ms`,
        `half of the gaps between ${seen.length} snapshots are ${medianOf(gaps).toFixed(0)} ms or more`,
        { evidence: seen.map(({ index }) => index), onTimeAlone: pace !== 'too often' },
      );
    },
  }),

  /** Times may be printed in whole seconds: those of the first and the last line differ where more than one has passed. */
  haveTheirOwnTime: (app = theApp): Claim => ({
    text: 'each snapshot carries the time at which it was taken',
    judge(timeline) {
      const seen = snapshotsIn(timeline, { app });
      const [first, last] = [seen[0], seen.at(-1)];
      if (first === undefined || last === undefined || first === last)
        return moot(whatStoppedThePlay(timeline) ?? 'fewer than two snapshots were printed');
      if (last.atMs - first.atMs <= wholeSecondMs) return holds;
      const [from, to] = [first, last].map(({ line }) => Date.parse(String(line.fields.at)));
      // What is no time at all is for another claim.
      if (!Number.isFinite(from) || !Number.isFinite(to) || Number(to) > Number(from)) return holds;
      return broken('a later time in the last snapshot than in the first', `${last.line.fields.at} in both`, {
        evidence: [first.index, last.index],
      });
    },
  }),
};

const wholeSecondMs = 1_000;

/**
 * Too often by the median, and by the mean or the printed times as well, because lines that reach us in one go spoil the
 * median alone. Too seldom by the mean and the shortest quarter: a busy machine makes some gaps longer, a wrong program all.
 */
function paceOf(gaps: readonly number[], printed: readonly number[], setMs: number): Pace {
  const [leastMs, mostMs] = [setMs * leastShareOfTheGap, setMs * mostShareOfTheGap];
  const isTooShort = (ms: number): boolean => ms < leastMs;
  if (isTooShort(medianOf(gaps)) && (isTooShort(meanOf(gaps)) || isTooShort(medianOf(printed))))
    return 'too often';
  const apart = gaps.filter((gap) => !isTooShort(gap)).sort((a, b) => a - b);
  if (apart.length * 2 < gaps.length) return 'in one go';
  const shortMs = apart[Math.floor((apart.length - 1) / 4)] ?? 0;
  return shortMs > mostMs && meanOf(gaps) > mostMs ? 'too seldom' : 'right';
}

// A program's clock starts and ends a line earlier or later than ours, of a dozen.
const mostShareOfTheSpan = 1.2;

/**
 * Printed times that cover the same span as those at which the lines reached us tell the pace better: where we are late
 * ourselves, one gap looks long and the next one short. Whole seconds tell nothing.
 */
function isTrueTo(arrived: readonly number[], printed: readonly number[]): boolean {
  const share = meanOf(printed) / meanOf(arrived);
  const isFine = printed.some((gap) => gap % 1_000 !== 0);
  return isFine && share <= mostShareOfTheSpan && share >= 1 / mostShareOfTheSpan;
}

/** Times that are printed in whole seconds tell a pace by their mean alone. */
function isRight(printed: readonly number[], setMs: number): boolean {
  const mean = meanOf(printed);
  const isRightOnAverage = mean >= setMs * leastShareOfTheGap && mean <= setMs * mostShareOfTheGap;
  return isRightOnAverage || paceOf(printed, printed, setMs) === 'right';
}

const gapsOf = (times: readonly number[]): number[] =>
  times.slice(1).map((atMs, index) => atMs - (times[index] as number));

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

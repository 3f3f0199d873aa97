import type { EventLine } from '../../timeline/event-line.ts';
import type { Timeline } from '../../timeline/events.ts';
import { broken, holds, type Judgement } from '../claim.ts';
import { figureOf, type Snapshot } from './snapshots.ts';

export interface Moment {
  readonly alert: EventLine;
  readonly snapshots: readonly Snapshot[];
  /** Which of them brings the change. */
  readonly at: number;
  readonly metric: string;
  readonly expected: string;
}

/**
 * Within one stream: after the sample before the one that brings the change, and before the one after it. Whether an alert
 * between two samples belongs to the first or to the second is told by its value, where that is the one's and not the other's.
 */
export function judgeMoment(
  timeline: Timeline,
  { alert, snapshots, at, metric, expected }: Moment,
): Judgement {
  const place = timeline.events.indexOf(alert.line);
  const { state, value } = alert.fields;
  const isOn = (side: Snapshot, is: 'before' | 'after'): boolean =>
    side.line.line.stream === alert.line.stream &&
    (is === 'before' ? place < side.index : place > side.index);
  const due = figureOf(snapshots[at] as Snapshot, metric);
  // A value on the wrong side of the threshold is wrong itself, and tells nothing of the moment.
  const isOnItsSide = (state === 'firing') === Number(value) > Number(alert.fields.above);
  const isOf = (other: Snapshot): boolean =>
    isOnItsSide && value === figureOf(other, metric) && !isRounded(value, due);
  const [before, after] = [snapshots[at - 1], snapshots[at + 1]];
  const wasEarly = before !== undefined && (isOn(before, 'before') || isOf(before));
  const wasLate = after !== undefined && (isOn(after, 'after') || isOf(after));
  if (!wasEarly && !wasLate) return holds;
  return broken(expected, `"${state}" came at ${wasEarly ? 'an earlier' : 'a later'} one`, {
    evidence: [place],
  });
}

/** That a value is the figure, cut or rounded to as many decimals as it has itself. */
const isRounded = (value: number, figure: number): boolean =>
  Math.abs(value - figure) < 10 ** -(String(value).split('.')[1] ?? '').length;

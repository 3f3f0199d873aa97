import {
  broken,
  type Claim,
  describeEnd,
  endOf,
  eventLines,
  holds,
  moot,
  type SignalSent,
  signalsTo,
  type Timeline,
  type TimelineEvent,
  whatStoppedThePlay,
} from '#grader';

export const lock = { LOCK_FILE: 'worker.lock' };

export const becauseJobsMatter =
  'Half a job is a file half written or a customer charged without a parcel; the end waits for the job in hand.';
export const becauseCodesAreRead =
  'A supervisor reads how a process ended, and restarts or raises an alarm by it.';

/** A death that the program had no say in: no exit code, no last words. */
export const diesOf = (signal: NodeJS.Signals): Claim => ({
  text: `${signal} kills the program`,
  judge(timeline) {
    const stopped = whatStoppedThePlay(timeline);
    const end = endOf(timeline);
    if (stopped !== undefined || end === undefined) return moot(stopped ?? 'the program was still running');
    return end.signal === signal
      ? holds
      : broken(`a death by ${signal}`, describeEnd(end), { evidence: [timeline.events.indexOf(end)] });
  },
});

const isInOrder = (timeline: Timeline, seen: readonly TimelineEvent[]): boolean =>
  seen.every(
    (event, index) =>
      index === 0 ||
      timeline.events.indexOf(event) > timeline.events.indexOf(seen[index - 1] as TimelineEvent),
  );

/** One channel carries both lines, so their order is the program's own; the signal was sent before either came. */
export const theListenerWaitsForTheBlock: Claim = {
  text: 'the listener runs only when the block is over',
  judge(timeline) {
    const over = eventLines(timeline, { event: 'block.over' })[0];
    const heard = eventLines(timeline, { event: 'stop.requested' })[0];
    const sent = signalsTo(timeline)[0];
    if (!over || !heard || !sent) return moot(whatStoppedThePlay(timeline) ?? 'no signal met a block');
    const order = [sent, over.line, heard.line];
    return isInOrder(timeline, order)
      ? holds
      : broken('the signal, block.over, stop.requested, in this order', 'another order', {
          evidence: order.map((seen) => timeline.events.indexOf(seen)),
        });
  },
};

/** Strict: a line that came before SIGCONT was sent cannot have come after it. */
export const theListenerWaitsForSigcont: Claim = {
  text: 'the listener for SIGTERM runs only after SIGCONT',
  judge(timeline) {
    const [, asked, woken]: SignalSent[] = signalsTo(timeline);
    const heard = eventLines(timeline, { event: 'stop.requested' })[0];
    if (!asked || !woken || !heard)
      return moot(whatStoppedThePlay(timeline) ?? 'no signal met a stopped process');
    const order = [asked, woken, heard.line];
    return isInOrder(timeline, order)
      ? holds
      : broken('SIGTERM, SIGCONT, stop.requested, in this order', 'another order', {
          evidence: order.map((seen) => timeline.events.indexOf(seen)),
        });
  },
};

import { eventLines } from '../../timeline/event-line.ts';
import type { Ended, Timeline } from '../../timeline/events.ts';
import { endOf, missedMilestone, numericSetting, signalsTo, theApp } from '../../timeline/questions.ts';
import { broken, type Claim, holds, type Judgement, moot, whatStoppedThePlay } from '../claim.ts';

// Timers of a program count in whole milliseconds and may fire up to one early.
const timerGrainMs = 2;

/** "exit code 1", "death by SIGTERM", "ended by us because ...": three different things, and never mixed. */
export function describeEnd(end: Ended): string {
  if (end.because !== undefined) return `we ended it, because ${end.because}`;
  return end.signal === null ? `it ended with exit code ${end.code}` : `it was killed by ${end.signal}`;
}

/** Claims about how and when a program ended. */
export const exitOf = (app: string) => ({
  /** Moot where the scenario never came to the point from which the program should end. */
  hasCode: (code: number): Claim => ({
    text: `the program ends with exit code ${code}`,
    judge: (timeline) =>
      judgeEnd(timeline, app, (end) =>
        end.signal === null && end.code === code
          ? holds
          : broken(`exit code ${code}`, describeEnd(end), { evidence: [timeline.events.indexOf(end)] }),
      ),
  }),

  /** Moot where the program was over before a signal could reach it: its end says nothing of the signal then. */
  hasCodeAfterASignal: (code: number): Claim => ({
    text: `the program "${app}" ends with exit code ${code} when it is sent a signal`,
    judge: (timeline) =>
      signalsTo(timeline, app).some(({ delivered }) => delivered)
        ? exitOf(app).hasCode(code).judge(timeline)
        : moot(whatStoppedThePlay(timeline) ?? `"${app}" was over before a signal could reach it`),
  }),

  /** However it ends: what the code should be is left open. */
  comes: (): Claim => ({
    text: 'the program comes to its end by itself',
    judge: (timeline) => judgeEnd(timeline, app, () => holds),
  }),

  /** Dead by the signal, and not a word after it: the default action, which is what a program without a listener gets. */
  isNotByDefaultAction: (): Claim => ({
    text: 'the program has a listener for the signal',
    judge(timeline) {
      const stopped = whatStoppedThePlay(timeline);
      if (stopped !== undefined) return moot(stopped);
      const end = endOf(timeline, app);
      const signal = signalsTo(timeline, app)[0];
      if (signal === undefined || end?.signal !== signal.signal || end.because !== undefined) return holds;
      const from = timeline.events.indexOf(signal);
      if (timeline.events.slice(from).some((event) => event.kind === 'line' && event.app === app))
        return holds;
      return broken('an end that the program decides itself', describeEnd(end), {
        evidence: [from, timeline.events.indexOf(end)],
      });
    },
  }),

  /** Still running when the scenario was over, whatever signals it was sent. */
  neverComes: (): Claim => ({
    text: 'the program goes on',
    judge(timeline) {
      const end = endOf(timeline, app);
      if (end !== undefined && end.because === undefined) {
        return broken('a process that still runs', describeEnd(end), {
          evidence: [timeline.events.indexOf(end)],
        });
      }
      const stopped = whatStoppedThePlay(timeline);
      return stopped === undefined ? holds : moot(stopped);
    },
  }),

  /** Where a contract leaves both ends open: clean before the limit, or forced at it. */
  isCleanBeforeOrForcedAtTheLimit: (setting: string): Claim => ({
    text: `the program ends with code 0 before ${setting} has passed, or with code 1 soon after`,
    judge: (timeline) =>
      judgeEnd(timeline, app, (end) => {
        const limitMs = numericSetting(timeline, setting, app) ?? 0;
        const afterMs = end.atMs - (signalsTo(timeline, app)[0]?.atMs ?? 0);
        const saysForced = eventLines(timeline, { event: 'shutdown.forced', app }).length > 0;
        const clean = end.signal === null && end.code === 0 && !saysForced;
        const forced = end.signal === null && end.code === 1 && afterMs >= limitMs - timerGrainMs;
        if (clean || forced) return holds;
        return broken(
          'exit code 0, or exit code 1 once the limit has passed',
          `${describeEnd(end)}, ${Math.round(afterMs)} ms after the signal`,
          {
            evidence: [timeline.events.indexOf(end)],
          },
        );
      }),
  }),

  /** For a limit that is itself about as long as "soon": the exit comes before it has passed so many times. */
  isBefore: (setting: string, { times }: { times: number }): Claim => ({
    text: `the exit comes soon after ${setting} has passed`,
    judge: (timeline) =>
      judgeEnd(timeline, app, (end) => {
        const limitMs = numericSetting(timeline, setting, app) ?? 0;
        const signal = signalsTo(timeline, app)[0];
        if (signal === undefined) return moot('no signal was sent');
        const afterMs = end.atMs - signal.atMs;
        return afterMs < times * limitMs
          ? holds
          : broken(
              `an exit soon after the ${limitMs} ms that the limit grants`,
              `the exit came ${Math.round(afterMs)} ms after ${signal.signal}`,
              {
                evidence: [timeline.events.indexOf(signal), timeline.events.indexOf(end)],
                onTimeAlone: true,
              },
            );
      }),
  }),

  /** Strict: an exit before the limit, counted from the first signal, cannot be the machine's fault. */
  isNotBeforeTheLimit: (setting: string): Claim => ({
    text: `the exit does not come before ${setting} has passed`,
    judge: (timeline) =>
      judgeEnd(timeline, app, (end) => {
        const limitMs = numericSetting(timeline, setting, app) ?? 0;
        const signal = signalsTo(timeline, app)[0];
        if (signal === undefined) return moot('no signal was sent');
        const afterMs = end.atMs - signal.atMs;
        return afterMs >= limitMs - timerGrainMs
          ? holds
          : broken(
              `an exit ${limitMs} ms after ${signal.signal} or later`,
              `the exit came ${Math.round(afterMs)} ms after it`,
              { evidence: [timeline.events.indexOf(signal), timeline.events.indexOf(end)] },
            );
      }),
  }),
});

/** Claims about the end of a scenario's only program. */
export const exit = exitOf(theApp);

/** Claims that a program left alone is still running. */
export const program = {
  keepsRunning: (app = theApp): Claim => ({
    text: 'the program keeps running while nobody asks it to stop',
    judge(timeline) {
      const stopped = whatStoppedThePlay(timeline);
      const end = endOf(timeline, app);
      if (end !== undefined && end.because === undefined && signalsTo(timeline, app).length === 0) {
        return broken('a process that still runs', describeEnd(end), {
          evidence: [timeline.events.indexOf(end)],
        });
      }
      return stopped === undefined ? holds : moot(stopped);
    },
  }),
};

function judgeEnd(timeline: Timeline, app: string, judge: (end: Ended) => Judgement): Judgement {
  const stopped = whatStoppedThePlay(timeline);
  if (stopped !== undefined) return moot(stopped);
  const end = endOf(timeline, app);
  const late = missedMilestone(timeline);
  // Where several programs are played, one may have ended although another did not.
  const endedByItself = end !== undefined && end.because === undefined;
  if (late?.milestone === 'gone' && !endedByItself) {
    return broken('an end in time', `${late.text}, so we ended it`, {
      evidence: [timeline.events.indexOf(late)],
      onTimeAlone: true,
    });
  }
  return end === undefined ? moot('the program was still running when the scenario was over') : judge(end);
}

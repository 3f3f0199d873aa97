import { eventLines } from '../../timeline/event-line.ts';
import { numericSetting, requestNamed, startOf, theApp } from '../../timeline/questions.ts';
import { broken, type Claim, holds, moot, whatStoppedThePlay } from '../claim.ts';
import { askedFault } from './asked-fault.ts';
import { notSeen } from './event-lines.ts';

// Timers of a program count in whole milliseconds and may fire up to one early.
const timerGrainMs = 2;

/** Claims about coming back: of the service after trouble, and of a program after a crash. */
export const recovery = {
  /** Strict: the error cannot have happened before it was asked for. */
  waitsForQuiet: (setting: string, { since }: { since: string }): Claim => ({
    text: `the program does not count as recovered before ${setting} have passed since the last error`,
    judge(timeline) {
      const asked = requestNamed(timeline, since);
      const line = eventLines(timeline, { event: 'recovered-service', app: theApp })[0]?.line;
      if (asked === undefined || line === undefined)
        return moot(whatStoppedThePlay(timeline) ?? 'the program never recovered');
      const quietMs = numericSetting(timeline, setting) ?? 0;
      const afterMs = line.atMs - asked.atMs;
      return afterMs >= quietMs - timerGrainMs
        ? holds
        : broken(
            `"recovered-service" ${quietMs} ms after the last error or later`,
            `it was printed ${Math.round(afterMs)} ms after that error was asked for`,
            { evidence: [timeline.events.indexOf(asked), timeline.events.indexOf(line)] },
          );
    },
  }),

  /** The `recovered` line of the program `by` has in `from` the message of the fault that ended the run before. */
  names: (request: string, { by }: { by: string }): Claim => ({
    text: `the program that is started after "${request}" says what it recovered from`,
    judge(timeline) {
      const fault = askedFault(timeline, request);
      if (fault === undefined) return moot(whatStoppedThePlay(timeline) ?? `"${request}" was never sent`);
      if (startOf(timeline, by) === undefined) return moot('the program was not started again');
      const expected = `a line "recovered" whose from.message holds "${fault.readable}"`;
      const lines = eventLines(timeline, { event: 'recovered', app: by });
      const [first] = lines;
      if (first === undefined) return notSeen(timeline, 'recovered', expected);
      const named = lines.every(({ fields }) => {
        const message = (fields.from as { message?: unknown } | null | undefined)?.message;
        return typeof message === 'string' && message.includes(fault.readable);
      });
      if (named) return holds;
      return broken(expected, lines.map(({ line }) => line.text.slice(0, 200)).join('; '), {
        evidence: lines.map(({ line }) => timeline.events.indexOf(line)),
      });
    },
  }),
};

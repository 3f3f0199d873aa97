import { parseEventLine } from '../../timeline/event-line.ts';
import type { Line, Timeline } from '../../timeline/events.ts';
import { eventsOf, missedMilestone, signalsTo } from '../../timeline/questions.ts';
import { broken, type Claim, holds, moot, whatStoppedThePlay } from '../claim.ts';
import { rulesIn } from './alerts.ts';

const complaintsIn = (timeline: Timeline): Line[] =>
  eventsOf(timeline, 'line').filter((line) => line.stream === 'stderr' && line.text.trim() !== '');

/** Claims about what a program tells its operator on stderr. */
export const stderr = {
  /** Anything at all, in whatever form. */
  saysSomething: (): Claim => ({
    text: 'the program says on stderr what is wrong',
    judge(timeline) {
      if (complaintsIn(timeline).length > 0) return holds;
      const stopped = whatStoppedThePlay(timeline);
      return stopped === undefined ? broken('a message on stderr', 'nothing came on stderr') : moot(stopped);
    },
  }),

  /** The name of the last rule that was given, which is the bad one, or its value for the faulty field. */
  namesTheRuleOrIts: (field: 'metric' | 'above'): Claim => ({
    text: `the message on stderr holds the rule's name or its faulty "${field}"`,
    judge(timeline) {
      const text = complaintsIn(timeline)
        .map((line) => line.text)
        .join('\n');
      const rule = rulesIn(timeline).at(-1);
      const accepted = [rule?.name, rule?.[field]].filter((part) => part !== undefined).map(String);
      if (accepted.some((part) => text.includes(part))) return holds;
      const stopped = whatStoppedThePlay(timeline);
      if (text === '' && stopped !== undefined) return moot(stopped);
      return broken(
        accepted.map((part) => `"${part}"`).join(' or '),
        text === '' ? 'nothing came on stderr' : text.slice(0, 300),
      );
    },
  }),

  /** After the last signal, in whatever form; lines of these events came there for other reasons. */
  saysSomethingAfterTheSignal: ({ besides }: { besides: readonly string[] }): Claim => ({
    text: 'the program says on stderr that it could not do what the signal asked for',
    judge(timeline) {
      const signal = signalsTo(timeline).at(-1);
      if (signal === undefined) return moot(whatStoppedThePlay(timeline) ?? 'no signal was sent');
      const said = complaintsIn(timeline).some(
        (line) => line.atMs >= signal.atMs && !besides.includes(parseEventLine(line)?.event ?? ''),
      );
      if (said) return holds;
      const onTimeAlone = missedMilestone(timeline)?.onTime === true;
      return broken('a message on stderr', 'nothing came on stderr after the signal', { onTimeAlone });
    },
  }),
};

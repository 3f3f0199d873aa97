import { eventLines } from '../../timeline/event-line.ts';
import { missedMilestone, numericSetting, theApp } from '../../timeline/questions.ts';
import { broken, type Claim, holds } from '../claim.ts';
import { lastWords } from './last-words.ts';

/** Claims about the first `ready` line. Never moot: a program that does not get ready is what they are for. */
export const ready = {
  /** The port of the line is the one that the environment asked for. */
  namesThePortAskedFor: (app = theApp): Claim => ({
    text: 'the program gets ready on the port that it was asked for',
    judge(timeline) {
      const asked = numericSetting(timeline, 'PORT', app);
      const expected = `a line {"event":"ready","port":${asked}}`;
      const line = eventLines(timeline, { event: 'ready', app })[0];
      if (line !== undefined) {
        return line.fields.port === asked
          ? holds
          : broken(expected, line.line.text.slice(0, 200), {
              evidence: [timeline.events.indexOf(line.line)],
            });
      }
      const words = lastWords(timeline, { before: 'such a line', app });
      if (words !== undefined) return broken(expected, words.seen, { evidence: words.evidence });
      const missed = missedMilestone(timeline);
      return broken(expected, missed?.text ?? 'no such line', { onTimeAlone: missed?.onTime === true });
    },
  }),
};

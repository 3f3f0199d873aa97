import { eventLines } from '../../timeline/event-line.ts';
import { endOf, eventsOf, missedMilestone, numericSetting, theApp } from '../../timeline/questions.ts';
import { broken, type Claim, holds } from '../claim.ts';
import { describeEnd } from './exit.ts';

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
      const missed = missedMilestone(timeline);
      const end = endOf(timeline, app);
      if (end === undefined || end.because !== undefined) {
        return broken(expected, missed?.text ?? 'no such line', { onTimeAlone: missed?.onTime === true });
      }
      const words = eventsOf(timeline, 'line').filter((line) => line.app === app && line.stream === 'stderr');
      const evidence = [...words, end].map((event) => timeline.events.indexOf(event));
      const said = words.find((line) => /\w*Error\b/.test(line.text)) ?? words[0];
      return broken(
        expected,
        `${describeEnd(end)} before such a line${said ? `, and said: ${said.text.slice(0, 200)}` : ''}`,
        { evidence },
      );
    },
  }),
};

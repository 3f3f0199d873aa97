import { jsonOf } from '../../stage/asking.ts';
import type { Answer, Timeline } from '../../timeline/events.ts';
import { eventsOf } from '../../timeline/questions.ts';
import { broken, type Claim, holds, moot, whatStoppedThePlay } from '../claim.ts';
import { fieldOf } from './health-reports.ts';

// A timer or a probe of the program itself may come between two looks.
const others = 5;

/** Claims about `resources.total` in the last reports asked for under "before", "open" and "closed". */
export const resources = {
  followTheSockets: ({ sockets, perSocket }: { sockets: string; perSocket: number }): Claim => ({
    text: 'resources.total rises by the sockets that are opened, and falls again when they are closed',
    judge(timeline) {
      const looks = ['before', 'open', 'closed'].map((name) => lastUnder(timeline, name));
      if (looks.includes(undefined)) return moot(whatStoppedThePlay(timeline) ?? 'a report is missing');
      const [before = 0, open = 0, closed = 0] = looks.map((look) =>
        Number(fieldOf(jsonOf(look as Answer), 'resources.total')),
      );
      const opened = eventsOf(timeline, 'connection').filter(
        ({ name, state }) => name === sockets && state === 'open',
      ).length;
      if (![before, open, closed].every(Number.isFinite))
        return broken('a number in resources.total', 'a report without it', {
          evidence: looks.map((look) => timeline.events.indexOf(look as Answer)),
        });
      const rises = open >= before + opened && open <= before + perSocket * opened + others;
      if (rises && closed < before + opened / 2) return holds;
      return broken(
        `about ${before + opened} with ${opened} sockets open, and about ${before} when they are closed`,
        `${before} before, ${open} with the sockets open, ${closed} after`,
        {
          evidence: looks.map((look) => timeline.events.indexOf(look as Answer)),
          onTimeAlone: true,
        },
      );
    },
  }),
};

const lastUnder = (timeline: Timeline, name: string): Answer | undefined =>
  eventsOf(timeline, 'answer').findLast((seen) => seen.name.startsWith(`${name} `));

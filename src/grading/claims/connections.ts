import { connectionsNamed, outcomeOf } from '../../timeline/questions.ts';
import { broken, type Claim, holds, moot, whatStoppedThePlay } from '../claim.ts';

/** Claims about connections that the grader tried to open. */
export const newConnections = {
  /** Judges what `refuses` found; moot where the program was over before a connection could be tried. */
  areRefusedWhile: (request: string): Claim => ({
    text: `new connections are refused while "${request}" still waits for its answer`,
    judge(timeline) {
      const stopped = whatStoppedThePlay(timeline);
      if (stopped !== undefined) return moot(stopped);
      const tried = connectionsNamed(timeline, 'newcomer').at(-1);
      if (tried?.state === 'refused') return holds;
      if (tried === undefined)
        return moot(`"${request}" was cut off before a new connection could be tried beside it`);
      return broken(
        'a refused connection, soon after "stop-accepting"',
        'the program still took a new connection',
        {
          evidence: [timeline.events.indexOf(tried)],
          onTimeAlone: outcomeOf(timeline, request) === undefined,
        },
      );
    },
  }),
};

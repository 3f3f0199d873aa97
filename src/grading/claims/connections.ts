import { connectionsNamed, endOf, outcomeOf } from '../../timeline/questions.ts';
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
      const cutOff = outcomeOf(timeline, request)?.kind === 'request-failed';
      if (tried === undefined || cutOff)
        return moot(`"${request}" was cut off before a new connection could be tried beside it`);
      if (tried.state === 'refused') return holds;
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

  /** Judges what `turnsAway` found. Refused, reset, unanswered or answered with another status are all the same. */
  getNo200While: (request: string, { after }: { after: string }): Claim => ({
    text: `soon after "${after}" no new connection gets a 200, while "${request}" still waits for its answer`,
    judge(timeline) {
      const tried = connectionsNamed(timeline, 'newcomer').at(-1);
      if (tried?.state === 'refused') return holds;
      if (tried === undefined) {
        const stopped = whatStoppedThePlay(timeline);
        const end = endOf(timeline);
        // Who is gone serves nobody; that the request was cut off with it is for another claim to say.
        if (stopped === undefined && end !== undefined && end.because === undefined) return holds;
        return moot(stopped ?? 'no new connection was tried');
      }
      const served = tried.code === undefined ? '' : `: ${tried.code}`;
      return broken(
        `no 200 for a newcomer, soon after "${after}"`,
        `a new connection was still served${served}`,
        {
          evidence: [timeline.events.indexOf(tried)],
          onTimeAlone: outcomeOf(timeline, request) === undefined,
        },
      );
    },
  }),
};

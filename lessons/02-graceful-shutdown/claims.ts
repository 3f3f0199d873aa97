import {
  broken,
  type Claim,
  describeEnd,
  endOf,
  eventsOf,
  exit,
  holds,
  moot,
  must,
  outcomeOf,
  whatStoppedThePlay,
} from '#grader';

/** Long enough that no scene meets it by accident. */
export const noLimitInSight = { GRACE_MS: 60_000 };

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

export const isCutOff = (request: string): Claim => ({
  text: `the request "${request}" is cut off`,
  judge(timeline) {
    const outcome = outcomeOf(timeline, request);
    if (outcome === undefined) return moot(whatStoppedThePlay(timeline) ?? `"${request}" was not settled`);
    return outcome.kind === 'request-failed' && outcome.code !== 'GIVEN_UP'
      ? holds
      : broken(
          'a connection that breaks',
          outcome.kind === 'answer' ? `status ${outcome.status}` : outcome.code,
          {
            evidence: [timeline.events.indexOf(outcome)],
          },
        );
  },
});

export const theLastAnswerClosesTheConnection: Claim = {
  text: 'the last answer says that its connection will be closed',
  judge(timeline) {
    const last = eventsOf(timeline, 'answer').at(-1);
    if (last === undefined) return moot(whatStoppedThePlay(timeline) ?? 'no answer came');
    return last.headers.connection === 'close'
      ? holds
      : broken('connection: close', `connection: ${last.headers.connection ?? 'not sent'}`, {
          evidence: [timeline.events.indexOf(last)],
        });
  },
};

export const endsCleanly = (because: string, help: string) => must(exit.hasCode(0), { because, help });

export const becauseOfTheCode =
  'A supervisor reads the exit code and nothing else; 0 says that nobody was dropped.';

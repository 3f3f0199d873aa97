import { broken, type Claim, eventsOf, holds, moot, outcomeOf, pitfall, whatStoppedThePlay } from '#grader';

const requests = 30;

const calls = (text: string, accepts: (count: number) => boolean): Claim => ({
  text: `one change of a price calls ${text}`,
  judge(timeline) {
    const outcome = outcomeOf(timeline, 'change');
    if (outcome?.kind !== 'answer')
      return moot(whatStoppedThePlay(timeline) ?? 'the change was not answered');
    return accepts(JSON.parse(outcome.body).calls) ? holds : broken(text, outcome.body);
  },
});

const noWarningIsPrinted: Claim = {
  text: 'no warning is printed',
  judge(timeline) {
    const line = eventsOf(timeline, 'line').find(({ stream }) => stream === 'stderr');
    return line === undefined ? holds : broken('nothing on stderr', line.text);
  },
};

export default [
  pitfall('12-listener-a-request', 'A listener a request, and the warning switched off', {
    stimulus: `${requests} requests come and are answered. Then one price changes.`,
    async play(app) {
      await app.ready();
      const names = Array.from({ length: requests }, (_, index) => `request ${index + 1}`);
      for (const as of names) app.get('/', { as });
      for (const as of names) await app.answered(as);
      app.post('/change', { as: 'change' });
      await app.answered('change');
    },
    wrong: [calls(`${requests} listeners`, (count) => count === requests), noWarningIsPrinted],
    right: [calls('at most one listener', (count) => count <= 1), noWarningIsPrinted],
    difference:
      'Neither printed a warning, for opposite reasons: one has no leak, the other has no alarm. `setMaxListeners(0)` removed nothing but the sign, and each request since then stays in memory, is called at every change, and makes the next one slower.',
    section: 'MaxListenersExceeded warnings',
  }),
];

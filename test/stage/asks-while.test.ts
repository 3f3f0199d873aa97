import { describe, expect, test } from 'vitest';
import { asksWhile } from '../../src/stage/asking.ts';
import { OverTooSoon } from '../../src/stage/milestone.ts';
import { eventsOf } from '../../src/timeline/questions.ts';
import { fixture, useTheatre } from './on-stage.ts';

describe('asksWhile, along a request that is held', () => {
  const onStage = useTheatre();
  const along = { forMs: 60_000, everyMs: 20, whileOpen: 'held' };

  test('asks again and again until that one is answered', () =>
    onStage(async (stage) => {
      const app = stage.start(fixture('answers-requests'));
      await app.ready();
      app.get('/?ms=1500', { as: 'held', takesMs: 1_500 });
      await asksWhile({ app, stage }, { probe: '/' }, along);
      const answers = eventsOf(stage.log.timeline(0), 'answer').map(({ name }) => name);
      expect(answers).toContain('held');
      expect(answers.indexOf('held')).toBeGreaterThanOrEqual(3);
    }));

  test('is over too soon where that one is answered before enough was asked', () =>
    onStage(async (stage) => {
      const app = stage.start(fixture('answers-requests'));
      await app.ready();
      app.get('/?ms=100', { as: 'held', takesMs: 100 });
      // Each probe is answered after the one that is held, so that none of them says anything.
      await expect(asksWhile({ app, stage }, { probe: '/?ms=200' }, along)).rejects.toThrow(OverTooSoon);
    }));
});

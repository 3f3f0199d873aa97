import { expect, test } from 'vitest';
import { asksUntil } from '../../src/stage/asking.ts';
import { eventsOf } from '../../src/timeline/questions.ts';
import { fixture, seen, useTheatre } from './on-stage.ts';

const onStage = useTheatre();
// What never comes is given up after a quarter of "soon".
const onHastyStage = useTheatre({ scale: 0.25 });

const beating = fixture('beats-and-grows', { BEAT_MS: '20' });

test('asking goes on until an answer is accepted, under one name with a number, and samples after each', async () => {
  await onStage(async (stage) => {
    const app = stage.start(beating);
    await app.ready();
    const accepted: string[] = [];
    await asksUntil({ app, stage }, '/', {
      as: 'beats',
      everyMs: 5,
      sampling: true,
      accepts: ({ body, name }, sample) => {
        expect(sample?.rssMB).toBeGreaterThan(10);
        if (Number(body) >= 3) accepted.push(name);
        return Number(body) >= 3;
      },
    });
    const answers = seen(stage, 'answer').map(({ name }) => name);
    expect(answers).toEqual(answers.map((_, index) => `beats ${index + 1}`));
    expect(accepted).toEqual([answers.at(-1)]);
    expect(seen(stage, 'sample')).toHaveLength(answers.length);
  });
});

test('where no answer is accepted in time, what is needed is a milestone on time, and what is not is none', async () => {
  await onHastyStage(async (stage) => {
    const app = stage.start(beating);
    await app.ready();
    const never = { as: 'more', accepts: () => false };
    await expect(asksUntil({ app, stage }, '/', { ...never, needed: 'told us more' })).rejects.toMatchObject({
      milestone: 'more',
      message: 'it never told us more',
      onTime: true,
    });
    await asksUntil({ app, stage }, '/', never);
  });
});

test('a program that is over is not asked any more, and time has nothing to do with it', async () => {
  await onStage(async (stage) => {
    const app = stage.start(beating);
    await app.ready();
    app.signal('SIGKILL');
    await app.gone();
    const asked = eventsOf(stage.log.timeline(0), 'request').length;
    await expect(
      asksUntil({ app, stage }, '/', { as: 'late', needed: 'came back', accepts: () => true }),
    ).rejects.toMatchObject({ onTime: false });
    expect(seen(stage, 'request')).toHaveLength(asked);
  });
});

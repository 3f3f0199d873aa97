import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { courseRoot, listLessonIds, loadLesson } from '../../src/course/course.ts';
import type { Example, Lesson } from '../../src/grading/lesson.ts';
import { playScene } from '../../src/player/play-scene.ts';
import { openTheatre, type Theatre } from '../../src/stage/stage.ts';

// The points that the course promises, eight topics of six each, are counted here so that none is dropped unnoticed.
const topics = 8;
const pointsPerTopic = 6;
const sceneMayTakeMs = 60_000;

const lessons = await Promise.all(
  listLessonIds().map(async (id) => ({ id, lesson: (await loadLesson(id)) as Lesson })),
);
const examples = lessons.flatMap(({ id, lesson }) =>
  lesson.examples.map((example): [string, Example, string] => [
    example.id,
    example,
    join(courseRoot, 'lessons', id, `${example.id}.js`),
  ]),
);
let theatre: Theatre;
beforeAll(async () => {
  theatre = await openTheatre();
  // What must still be under way while somebody looks lasts longer where the machine is slow.
  await theatre.pace.measure();
});
afterAll(() => theatre[Symbol.asyncDispose]());

describe('the lessons', () => {
  it('cover every topic of the course with every point', () => {
    expect(lessons).toHaveLength(topics);
    for (const { lesson } of lessons) expect(new Set(lesson.points).size).toBe(pointsPerTopic);
  });

  it('have no id twice, neither of an example nor of a scene of one', () => {
    const ids = examples.map(([id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, { scenes }] of examples)
      expect(new Set(scenes.map(({ id }) => id)).size).toBe(scenes.length);
  });
});

describe.each(examples)('the example %s', (_id, example, file) => {
  it('has its program beside the lesson', () => {
    expect(existsSync(file)).toBe(true);
  });

  describe.concurrent('claims what is seen, in the scene', () => {
    it.each(example.scenes.map((scene) => [scene.title, scene] as const))(
      '%s',
      async (_title, scene) => {
        const { judged, timeline } = await playScene(scene, {
          theatre,
          program: { file, nodeFlags: [] },
          seed: 1,
        });
        const said = { outcome: judged.outcome, findings: judged.findings, missing: judged.missing };
        expect(said, JSON.stringify(timeline.events, null, 1)).toEqual({
          outcome: 'passed',
          findings: [],
          missing: undefined,
        });
      },
      sceneMayTakeMs,
    );
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { courseRoot, listLessonIds, loadLesson } from '../../src/course/course.ts';
import type { Lesson } from '../../src/grading/lesson.ts';

/** All lessons as they are declared; LESSON, a part of an id, narrows them down while one is written. */
export const lessons = await Promise.all(
  listLessonIds()
    .filter((id) => id.includes(process.env.LESSON ?? ''))
    .map(async (id) => ({ id, lesson: (await loadLesson(id)) as Lesson })),
);

export const guideText = (id: string): string =>
  readFileSync(join(courseRoot, 'lessons', id, 'guide.md'), 'utf8');

/** The running Node's major version. */
export const nodeMajor = Number(process.versions.node.split('.')[0]);

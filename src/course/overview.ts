import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { listExercises, listLessonIds, loadLesson } from './course.ts';

export interface Topic {
  readonly id: string;
  readonly title: string;
  readonly points: readonly string[];
  readonly examples: readonly { readonly id: string; readonly title: string }[];
  readonly exercises: readonly { readonly id: string; readonly title: string; readonly difficulty: string }[];
}

interface Declared {
  readonly title: string;
  readonly points: readonly string[];
  readonly examples: readonly { readonly id: string; readonly title: string }[];
  readonly exercises: readonly string[];
}

/** The overview that the build has written beside the code, which spares loading every lesson; made anew from source. */
export async function loadOverview(): Promise<Topic[]> {
  if (import.meta.url.endsWith('.ts')) return await overviewCourse();
  return JSON.parse(readFileSync(fileURLToPath(new URL('./overview.json', import.meta.url)), 'utf8'));
}

/** All topics in course order, with the examples and exercises that are there. */
export async function overviewCourse(): Promise<Topic[]> {
  const known = listExercises();
  return await Promise.all(
    listLessonIds().map(async (id) => {
      const { title, points, examples, exercises } = (await loadLesson(id)) as Declared;
      return {
        id,
        title,
        points,
        examples: examples.map((example) => ({ id: example.id, title: example.title })),
        exercises: exercises.flatMap((wanted) => known.find((exercise) => exercise.id === wanted) ?? []),
      };
    }),
  );
}

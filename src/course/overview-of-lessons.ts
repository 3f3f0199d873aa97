import { existsSync, readFileSync } from 'node:fs';
import { guideFile, listExercises, listLessonIds, loadGrader, loadLesson } from './course.ts';
import { sectionsOf } from './guide.ts';
import type { Titled, Topic } from './overview.ts';

interface Declared {
  readonly title: string;
  readonly points: readonly string[];
  readonly readingMinutes: number;
  readonly examples: readonly (Titled & { readonly scenes: readonly { readonly id: string }[] })[];
  readonly pitfalls: readonly Titled[];
  readonly questions: readonly { readonly id: string; readonly prompt: string }[];
  readonly exercises: readonly string[];
}

interface Graded {
  readonly scenarios: readonly { readonly id: string; readonly tier: string }[];
}

/** All topics in course order, with all that is there of each. */
export async function overviewCourse(): Promise<Topic[]> {
  const known = await Promise.all(
    listExercises().map(async (exercise) => ({ ...exercise, stretch: await stretchOf(exercise.id) })),
  );
  return await Promise.all(
    listLessonIds().map(async (id) => {
      const declared = (await loadLesson(id)) as Declared;
      return {
        id,
        title: declared.title,
        points: declared.points,
        readingMinutes: declared.readingMinutes,
        sections: headingsOf(guideFile(id)),
        examples: declared.examples.map((example) => ({
          id: example.id,
          title: example.title,
          scenes: example.scenes.map((scene) => scene.id),
        })),
        pitfalls: declared.pitfalls.map((pitfall) => ({ id: pitfall.id, title: pitfall.title })),
        questions: declared.questions.map(({ id, prompt }) => ({ id, prompt })),
        exercises: declared.exercises.flatMap(
          (wanted) => known.find((exercise) => exercise.id === wanted) ?? [],
        ),
      };
    }),
  );
}

const headingsOf = (file: string): string[] =>
  existsSync(file) ? sectionsOf(readFileSync(file, 'utf8')).map(({ heading }) => heading) : [];

async function stretchOf(exercise: string): Promise<string[]> {
  const { scenarios } = (await loadGrader(exercise)) as Graded;
  return scenarios.filter(({ tier }) => tier === 'stretch').map(({ id }) => id);
}

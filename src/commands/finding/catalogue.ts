import { join } from 'node:path';
import { courseRoot, lessonProgram, listLessonIds, loadLesson } from '../../course/course.ts';
import type { Example, Lesson } from '../../grading/lesson.ts';
import type { Pitfall } from '../../grading/pitfall.ts';
import type { Question } from '../../grading/question.ts';

/** A thing of the course, with the id and the title of its topic. */
interface InTopic {
  readonly topic: string;
  readonly topicTitle: string;
}

export interface FoundExample extends InTopic {
  readonly example: Example;
  readonly file: string;
}

export interface FoundPitfall extends InTopic {
  /** The number that its id begins with, by which it is called. */
  readonly number: number;
  readonly pitfall: Pitfall;
  readonly files: { readonly wrong: string; readonly right: string };
}

export interface FoundQuestion extends InTopic {
  readonly question: Question;
  readonly file: string;
}

/** All that can be played, in course order; pitfalls by their numbers. */
export interface Catalogue {
  readonly examples: readonly FoundExample[];
  readonly pitfalls: readonly FoundPitfall[];
  readonly questions: readonly FoundQuestion[];
}

/** Loads every lesson, and finds the files of what it declares. */
export async function loadCatalogue(): Promise<Catalogue> {
  const lessons = await Promise.all(
    listLessonIds().map(async (id) => ({ id, lesson: (await loadLesson(id)) as Lesson })),
  );
  const each = <T>(find: (lesson: Lesson, place: InTopic) => T[]): T[] =>
    lessons.flatMap(({ id, lesson }) => find(lesson, { topic: id, topicTitle: lesson.title }));
  return {
    examples: each(({ examples }, place) =>
      examples.map((example) => ({
        ...place,
        example,
        file: join(courseRoot, 'lessons', place.topic, `${example.id}.js`),
      })),
    ),
    pitfalls: each(({ pitfalls }, place) =>
      pitfalls.map((pitfall) => ({
        ...place,
        number: Number.parseInt(pitfall.id, 10),
        pitfall,
        files: {
          wrong: lessonProgram(place.topic, `pitfalls/${pitfall.id}/wrong`),
          right: lessonProgram(place.topic, `pitfalls/${pitfall.id}/right`),
        },
      })),
    ).sort((a, b) => a.number - b.number),
    questions: each(({ questions }, place) =>
      questions.map((question) => ({
        ...place,
        question,
        file: lessonProgram(place.topic, `questions/${question.id}`),
      })),
    ),
  };
}

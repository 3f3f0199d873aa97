import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The folder that holds lessons, exercises and solutions: the package's own root. */
export const courseRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

const fromSource = import.meta.url.endsWith('.ts');

/** Everything of one exercise is found by its id: `exercise-1` names the starter, the brief, the solutions, the grader. */
export interface ExerciseEntry {
  readonly id: string;
  readonly title: string;
  readonly difficulty: string;
}

/** The exercises in course order; title and difficulty come from the first line of the brief. */
export function listExercises(root: string = courseRoot): ExerciseEntry[] {
  return readdirSync(join(root, 'exercises'))
    .filter((name) => /^exercise-\d+\.md$/.test(name))
    .map((name) => name.slice(0, -'.md'.length))
    .sort()
    .map((id) => {
      const heading = readFileSync(join(root, 'exercises', `${id}.md`), 'utf8').split('\n', 1)[0] ?? '';
      const [, title = id, difficulty = ''] = /^# Exercise \d+: (.*?)(?: \((.*)\))?$/.exec(heading) ?? [];
      return { id, title, difficulty };
    });
}

/** Ids of the lessons in course order, which is the order of their folders. */
export function listLessonIds(root: string = courseRoot): string[] {
  return readdirSync(join(root, 'lessons'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^\d\d-/.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}

/** Loads what a lesson declares. */
export const loadLesson = (id: string): Promise<unknown> => loadModule(`lessons/${id}/lesson`);

/** Loads the calendar of the course, with what is learned by it. */
export const loadPath = (): Promise<unknown> => loadModule('lessons/path');

/** Where a lesson's guide is. */
export const guideFile = (id: string): string => join(courseRoot, 'lessons', id, 'guide.md');

/** The file of a program that a lesson names without its extension, such as `questions/exit-in-exit`. */
export function lessonProgram(lesson: string, name: string): string {
  const files = ['.js', '.cjs'].map((extension) =>
    join(courseRoot, 'lessons', lesson, `${name}${extension}`),
  );
  const found = files.find((file) => existsSync(file));
  if (found === undefined) throw new Error(`The course has no program ${files.join(' or ')}.`);
  return found;
}

/** Loads an exercise's grader. */
export const loadGrader = (id: string): Promise<unknown> => loadModule(`graders/${id}`);

/** From source, beside the content; compiled, beside this very file, where the build puts all that it makes. */
async function loadModule(path: string): Promise<unknown> {
  const file = fromSource
    ? pathToFileURL(join(courseRoot, `${path}.ts`))
    : new URL(`./${path}.js`, import.meta.url);
  return (await import(file.href)).default;
}

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'exercises'))) return folder;
  const parent = dirname(folder);
  if (parent === folder)
    throw new Error('The course cannot find its own folder: package.json and exercises are missing.');
  return findRoot(parent);
}

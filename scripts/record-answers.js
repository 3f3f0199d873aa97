/**
 * Asks the running Node every question of the quiz, by running its program, and records what it answered in
 * `lessons/NN/answers.json` under its major version. The questions' test holds every Node line to what is recorded.
 *
 *     npm run record:answers -- [part of a lesson's id]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { register } from 'tsx/esm/api';

register();
const { courseRoot, lessonProgram, listLessonIds, loadLesson } = await import('../src/course/course.ts');
const { playFresh } = await import('../src/player/play-fresh.ts');
const { openTheatre } = await import('../src/stage/stage.ts');
const major = process.versions.node.split('.')[0];

const theatre = await openTheatre();
try {
  const wanted = listLessonIds().filter((id) => id.includes(process.argv[2] ?? ''));
  for (const lesson of wanted) await recordLesson(lesson);
} finally {
  await theatre[Symbol.asyncDispose]();
}

async function recordLesson(lesson) {
  const { questions } = await loadLesson(lesson);
  if (questions.length === 0) return;
  const file = join(courseRoot, 'lessons', lesson, 'answers.json');
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const recorded = {};
  for (const question of questions) {
    const answer = await ask(lesson, question);
    if (answer === undefined) throw new Error(`${lesson}/${question.id} never came so far as to answer.`);
    recorded[question.id] = { ...before[question.id], [major]: answer };
    console.log(`${lesson}/${question.id}: ${JSON.stringify(answer)}`);
  }
  writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`);
}

async function ask(lesson, question) {
  const file = lessonProgram(lesson, `questions/${question.id}`);
  const program = { file, nodeFlags: question.nodeFlags ?? [] };
  return await playFresh(question, { theatre, program, seed: 1 }, (seen) => question.predicts.read(seen));
}

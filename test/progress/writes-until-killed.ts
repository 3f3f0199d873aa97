/** Records one answer after the other until it is killed, and says of each when it is recorded. */
import { withAnswer } from '../../src/progress/progress.ts';
import { updateProgress } from '../../src/progress/progress-file.ts';

const [file = '', name = ''] = process.argv.slice(2);
// What is loaded once is loaded before, so that it is the writing that is killed.
await import('proper-lockfile');
console.log('begun');
for (let count = 0; ; count += 1) {
  const question = `${name}/${count}`;
  await updateProgress(file, (before) => withAnswer(before, question, { answeredAt: 'now', right: true }));
  console.log(question);
}

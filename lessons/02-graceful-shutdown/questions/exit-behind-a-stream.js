import { createWriteStream, existsSync, readFileSync } from 'node:fs';

const journal = createWriteStream('journal.log');
for (let order = 1; order <= 3; order += 1) journal.write(`order ${order}\n`);

process.on('exit', () => {
  const text = existsSync('journal.log') ? readFileSync('journal.log', 'utf8') : '';
  console.log(text.split('\n').filter(Boolean).length);
});
process.exit(0);

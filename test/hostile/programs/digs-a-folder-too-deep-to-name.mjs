// Makes folders within folders until their path is longer than the system takes in one name, and ends.
import { mkdirSync } from 'node:fs';

// Only in a folder of the tool's own, should somebody start this program by hand.
if (process.env.PROC_COURSE_STAGE === undefined) process.exit(1);
for (let depth = 0; depth < 40; depth += 1) {
  mkdirSync('d'.repeat(200));
  process.chdir('d'.repeat(200));
}
console.log(JSON.stringify({ event: 'starting' }));

/** Takes orders and keeps them in memory. They are to be saved when the process ends. */
import { rename, writeFile } from 'node:fs/promises';

const say = (event) => process.stdout.write(`${JSON.stringify({ event })}\n`);
const orders = ['order-1', 'order-2', 'order-3'];
const file = `${process.env.FOLDER}/orders.json`;

// It covers every way out, and it is one line. But the loop has stopped: nothing is left that could go on after the await.
process.on('exit', async () => {
  say('saving');
  await writeFile(`${file}.new`, JSON.stringify(orders));
  await rename(`${file}.new`, file);
  say('saved');
});

process.on('SIGTERM', () => process.exit(0));

// Stands for the work.
setInterval(() => {}, 60_000);
say('ready');

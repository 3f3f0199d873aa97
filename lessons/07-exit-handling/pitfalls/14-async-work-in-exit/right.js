/** Takes orders and keeps them in memory. They are to be saved when the process ends. */
import { rename, writeFile } from 'node:fs/promises';

const say = (event) => process.stdout.write(`${JSON.stringify({ event })}\n`);
const orders = ['order-1', 'order-2', 'order-3'];
const file = `${process.env.FOLDER}/orders.json`;

// Saved while the loop still turns. The process ends afterwards, because nothing holds it any more.
process.once('SIGTERM', async () => {
  clearInterval(work);
  say('saving');
  await writeFile(`${file}.new`, JSON.stringify(orders));
  await rename(`${file}.new`, file);
  say('saved');
});

// Stands for the work.
const work = setInterval(() => {}, 60_000);
say('ready');

// A worker that puts its things in order at Ctrl-C, and listens for it once.
import { setTimeout as delay } from 'node:timers/promises';

const cleanupMs = Number(process.env.CLEANUP_MS ?? 2_000);
const say = (event, fields = {}) => console.log(JSON.stringify({ event, ...fields }));

async function cleanUp(signal) {
  say('cleanup', { signal });
  // Stands for what takes a while: a flush, a last message, a lock that is given back.
  await delay(cleanupMs);
  say('cleaned');
  clearInterval(work);
}

const work = setInterval(() => {}, 1_000);
process.once('SIGINT', cleanUp);
say('ready');

// The same worker. It keeps its listener, and remembers that the cleanup has begun.
import { setTimeout as delay } from 'node:timers/promises';

const cleanupMs = Number(process.env.CLEANUP_MS ?? 2_000);
const say = (event, fields = {}) => console.log(JSON.stringify({ event, ...fields }));
let cleaning = false;

async function cleanUp(signal) {
  if (cleaning) return say('already', { signal });
  cleaning = true;
  say('cleanup', { signal });
  await delay(cleanupMs);
  say('cleaned');
  clearInterval(work);
}

const work = setInterval(() => {}, 1_000);
process.on('SIGINT', cleanUp);
say('ready');

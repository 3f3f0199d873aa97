// The same worker. It keeps its listener, and remembers that the cleanup has begun.
import { once } from 'node:events';

const say = (event, fields = {}) => console.log(JSON.stringify({ event, ...fields }));
let cleaning = false;

async function giveBack(signal) {
  if (cleaning) return say('already', { signal });
  cleaning = true;
  say('cleanup', { signal });
  // The parent confirms that the job is in its queue again, which may take a while.
  await once(process, 'message');
  say('cleaned');
  clearInterval(work);
}

const work = setInterval(() => {}, 1_000);
process.on('SIGINT', giveBack);
say('ready');

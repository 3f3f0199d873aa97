// A worker that gives its job back to its parent at Ctrl-C, and listens for that once.
import { once } from 'node:events';

const say = (event, fields = {}) => console.log(JSON.stringify({ event, ...fields }));

async function giveBack(signal) {
  say('cleanup', { signal });
  // The parent confirms that the job is in its queue again, which may take a while.
  await once(process, 'message');
  say('cleaned');
  clearInterval(work);
}

const work = setInterval(() => {}, 1_000);
process.once('SIGINT', giveBack);
say('ready');

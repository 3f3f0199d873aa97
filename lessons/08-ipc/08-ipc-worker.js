/** A worker of 08-ipc-basics.js, which starts it with an IPC channel. It does what it is told, and ends with its channel. */
import { setTimeout as delay } from 'node:timers/promises';

// There only where the parent has opened a channel.
if (process.send === undefined) throw new Error('this program is started by 08-ipc-basics.js');

// A parent that is gone hears nothing. The callback keeps that from being an error; the disconnect that follows ends us.
const tell = (message) => process.send(message, () => {});

process.on('message', async ({ id, task }) => {
  try {
    tell({ type: 'done', id, value: await render(task) });
  } catch (error) {
    // An Error is an empty object after its way through JSON.
    tell({ type: 'failed', id, message: error.message });
  }
});

// The parent has let go of the channel, or is dead. However it died, SIGKILL included, this comes.
process.on('disconnect', () => process.exit());

// A terminal's Ctrl-C and some supervisors signal every process of a group. When a worker ends, its parent decides.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});

/** Stands for work that is worth a process of its own. */
async function render({ ms, fault }) {
  if (fault === 'block') for (;;);
  if (fault === 'crash') process.exit(1);
  if (fault === 'leave') process.disconnect();
  if (fault === 'fail') throw new Error('nothing can be made of this');
  if (fault === 'babble') process.send({ type: 'done', id: 'of no job' });
  await delay(ms);
  return { worker: process.pid };
}

if (process.env.FAULT === 'dies-at-start') process.exit(1);
tell({ type: 'ready' });

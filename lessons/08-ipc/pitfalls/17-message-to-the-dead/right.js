/** A front that has its answers made by a worker process, and outlives it. */
import { fork } from 'node:child_process';
import { createServer } from 'node:http';

const waiting = new Map();
let lastId = 0;

function front() {
  let worker;

  // With a callback a send that fails is told here and not thrown. The exit, which comes in any case, sets it right.
  const give = (id) => worker.send({ id }, () => {});

  function start() {
    worker = fork(import.meta.filename, ['worker']);
    worker.on('message', ({ id, text }) => {
      waiting.get(id)?.end(text);
      waiting.delete(id);
    });
    // A service for every day waits before it starts the next one, longer each time.
    worker.on('exit', start);
    // What the dead one held, and what was sent to it in vain, is still on the list.
    for (const id of waiting.keys()) give(id);
  }

  start();
  const server = createServer((_request, response) => {
    lastId += 1;
    waiting.set(lastId, response);
    give(lastId);
  });
  server.listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify({ event: 'ready', port: server.address().port, worker: worker.pid }));
  });
}

function work() {
  process.on('message', ({ id }) => process.send({ id, text: 'done' }));
  process.on('disconnect', () => process.exit());
}

if (process.argv[2] === 'worker') work();
else front();

/** A front that has its answers made by a worker process. */
import { fork } from 'node:child_process';
import { createServer } from 'node:http';

const waiting = new Map();
let lastId = 0;

function front() {
  const worker = fork(import.meta.filename, ['worker']);
  worker.on('message', ({ id, text }) => waiting.get(id)?.end(text));

  const server = createServer((_request, response) => {
    lastId += 1;
    waiting.set(lastId, response);
    // Nobody has looked whether the worker is still there, and nobody listens for what comes of it.
    worker.send({ id: lastId });
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

// Works through a queue in the background. A rejection that reaches nobody ends the process, as it does by default.
import { createServer } from 'node:http';

const say = (event, fields) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
const jobs = [];
let wake = () => {};

// Sees the error, and leaves to Node what Node does with it: the stack, and exit code 1.
process.on('uncaughtExceptionMonitor', ({ message }, origin) => say('error', { message, origin }));

async function work() {
  for (;;) {
    while (jobs.length === 0) await new Promise((resolve) => (wake = resolve));
    const { id } = JSON.parse(jobs.shift());
    say('job.done', { id });
  }
}

const server = createServer((request, response) => {
  const job = new URL(request.url, 'http://localhost').searchParams.get('job');
  if (job !== null) jobs.push(job);
  wake();
  response.end(JSON.stringify({ status: 'healthy' }));
});
server.listen(process.env.PORT, '127.0.0.1', () => say('ready', { port: server.address().port }));
work();

// Works through a queue in the background. Every rejection that reaches nobody is logged, and that is all.
import { createServer } from 'node:http';

const say = (event, fields) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
const jobs = [];
let wake = () => {};

process.on('unhandledRejection', ({ message }) => say('error', { message }));

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

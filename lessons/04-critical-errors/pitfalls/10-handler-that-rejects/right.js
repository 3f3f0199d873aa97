// Reports each fatal error to a service, for as long as it is worth the wait, and exits. The service is down as well.
import { setTimeout as delay } from 'node:timers/promises';

const say = (event, fields) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

async function report(error) {
  say('reporting', { message: error.message });
  await delay(10);
  throw new Error('the report service does not answer');
}

let dying = false;
process.on('uncaughtException', (error) => {
  if (dying) return;
  dying = true;
  // The exit is settled first; the report may only make it come sooner.
  setTimeout(() => process.exit(1), 1_000);
  report(error)
    .catch(({ message }) => say('report.failed', { message }))
    .finally(() => process.exit(1));
});

setTimeout(() => {
  throw new Error('a bug');
}, 10);

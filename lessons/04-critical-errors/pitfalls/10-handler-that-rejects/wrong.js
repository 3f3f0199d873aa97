// Reports each fatal error to a service, awaits the answer, and exits. Today the service is down as well.
import { setTimeout as delay } from 'node:timers/promises';

const say = (event, fields) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

async function report(error) {
  say('reporting', { message: error.message });
  await delay(10);
  throw new Error('the report service does not answer');
}

process.on('uncaughtException', async (error) => {
  await report(error);
  process.exit(1);
});

setTimeout(() => {
  throw new Error('a bug');
}, 10);

/** A report of 20,000 rows, and a collector that reads it through a pipe and is late. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

function report() {
  for (let row = 1; row <= 20_000; row += 1) console.log(`row ${row}: nothing unusual was seen`);
  console.log('end of the report');
  // All rows were printed. Most of them wait in this process until the pipe has room, and it is over now.
  process.exit(0);
}

async function collect() {
  const child = spawn(process.execPath, [import.meta.filename, 'report'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await once(child.stdout, 'readable');
  await delay(Number(process.env.LATE_MS ?? 300));
  const lines = (await text(child.stdout)).trimEnd().split('\n');
  const [code] = await ended;
  const whole = lines.at(-1) === 'end of the report';
  console.log(JSON.stringify({ event: 'collected', code, lines: lines.length, whole }));
}

if (process.argv[2] === 'report') report();
else collect();

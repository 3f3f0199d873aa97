// Started with --expose-gc, so that the collection comes when we want it.
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

async function readVersion() {
  const file = await open(process.execPath);
  if (file.fd > 0) return 'something that needs no reading'; // and the close below is not reached
  await file.close();
}

await readVersion();
for (let round = 0; round < 10; round += 1) {
  globalThis.gc();
  await delay(20);
}

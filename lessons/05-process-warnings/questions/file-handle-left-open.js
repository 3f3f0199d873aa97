import { open } from 'node:fs/promises';

async function peek(file) {
  const handle = await open(file);
  const { size } = await handle.stat();
  return size > 0;
}

await peek(process.execPath);
// What the garbage collector finds sooner or later, it finds now (--expose-gc).
setTimeout(() => gc(), 50);
setTimeout(() => gc(), 100);
setTimeout(() => console.log('still here'), 1_000);

import { setImmediate as nextTurn } from 'node:timers/promises';

async function workThrough(pause) {
  let fired = 0;
  const timer = setInterval(() => {
    fired += 1;
  }, 1);
  const endAtMs = performance.now() + 100;
  while (performance.now() < endAtMs) await pause();
  clearInterval(timer);
  return fired > 0 ? 'others had a turn' : 'nobody had a turn';
}

console.log('await null:', await workThrough(() => null));
console.log('await nextTurn():', await workThrough(nextTurn));

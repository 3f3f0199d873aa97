import { stat } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

const delays = monitorEventLoopDelay({ resolution: 10 });
delays.enable();

let worstProbeMs = 0;
const probe = setInterval(() => {
  const start = performance.now();
  setImmediate(() => {
    worstProbeMs = Math.max(worstProbeMs, performance.now() - start);
  });
}, 25);

await delay(200);
await stat('.');
setImmediate(() => {
  const endAtMs = performance.now() + 800;
  while (performance.now() < endAtMs);
});
await delay(1_200);
clearInterval(probe);

if (worstProbeMs > 400) console.log('the probe has seen it');
if (delays.max / 1e6 > 400) console.log('the histogram has seen it');

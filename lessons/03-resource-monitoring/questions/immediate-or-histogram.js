import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

const delays = monitorEventLoopDelay({ resolution: 10 });
delays.enable();

function block(ms) {
  const endAtMs = performance.now() + ms;
  while (performance.now() < endAtMs);
}

let probes = 0;
let worstProbeMs = 0;
const probe = setInterval(() => {
  const start = performance.now();
  setImmediate(() => {
    worstProbeMs = Math.max(worstProbeMs, performance.now() - start);
    probes += 1;
    if (probes === 5) block(800);
  });
}, 25);

await delay(1_500);
clearInterval(probe);

if (worstProbeMs > 400) console.log('the probe has seen it');
if (delays.max / 1e6 > 400) console.log('the histogram has seen it');

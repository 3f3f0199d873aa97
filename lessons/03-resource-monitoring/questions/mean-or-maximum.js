import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

const delays = monitorEventLoopDelay({ resolution: 10 });
delays.enable();
await delay(700);

const endAtMs = performance.now() + 600;
while (performance.now() < endAtMs);

await delay(700);
const figures = { median: delays.percentile(50), mean: delays.mean, maximum: delays.max };
for (const [name, nanoseconds] of Object.entries(figures)) if (nanoseconds / 1e6 > 300) console.log(name);

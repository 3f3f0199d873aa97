import { PerformanceObserver, performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

let observed = 0;
new PerformanceObserver((list) => {
  observed += list.getEntries().length;
}).observe({ entryTypes: ['measure'] });

for (let job = 0; job < 500; job += 1) performance.measure('job', { start: performance.now() });
await delay(200);

console.log(`observed ${observed}, kept ${performance.getEntriesByName('job').length}`);

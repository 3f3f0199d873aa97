import { PerformanceObserver, performance } from 'node:perf_hooks';

new PerformanceObserver((list) => {
  console.log(`observed ${list.getEntries().length}`);
}).observe({ entryTypes: ['measure'] });

process.on('exit', () => console.log('exit'));
performance.measure('last job', { start: performance.now() });
console.log('measured');
process.exit();

// Fills its JavaScript heap without end in one go, up to 3 GB, and is never ready.
const kept = [];
console.log(JSON.stringify({ event: 'starting' }));
while (process.memoryUsage().heapUsed < 3 * 1024 ** 3) {
  kept.push(Array.from({ length: 100_000 }, (_, index) => ({ index })));
}
while (performance.now() < 60_000);

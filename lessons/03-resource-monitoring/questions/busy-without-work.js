const begun = { loop: performance.eventLoopUtilization(), cpu: process.cpuUsage(), atMs: performance.now() };
await new Promise(setImmediate);

// Waits for a lock that nobody gives back, for a second at the most.
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);

await new Promise(setImmediate);
const { utilization } = performance.eventLoopUtilization(begun.loop);
const { user, system } = process.cpuUsage(begun.cpu);
const spanMs = performance.now() - begun.atMs;

console.log(utilization > 0.9 ? 'busy loop' : 'idle loop');
console.log((user + system) / 1_000 > spanMs / 2 ? 'busy processor' : 'idle processor');

// Started with --expose-gc, so that each round can begin with a collection.
const MB = 1024 * 1024;
const rows = (mb) => Array.from({ length: mb }, () => new Array(MB / 8).fill(0));
const kept = [rows(80)];
const history = [];
let rises = 0;
const warnings = new Set();

for (let round = 0; round < 20; round += 1) {
  kept.push(rows(2));
  globalThis.gc();
  const usedMB = process.memoryUsage().heapUsed / MB;
  rises = usedMB > (history.at(-1) ?? Infinity) + 1 ? rises + 1 : 0;
  history.push(usedMB);
  const last = history.slice(-10);
  const average = last.reduce((sum, value) => sum + value, 0) / last.length;
  if (usedMB > average * 1.5) warnings.add('the average warns');
  if (rises === 8) warnings.add('the trend warns');
}
console.log([...warnings].join(', ') || 'nobody warns');

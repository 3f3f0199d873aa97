// Started with --max-old-space-size=40, which is 40 MB.
process.on('uncaughtException', () => {
  process.exitCode = 3;
});
const kept = [];
try {
  for (;;) kept.push(new Array(100_000).fill(kept.length));
} catch {
  process.exitCode = 2;
}

// Blocks its event loop for ever before it is ready.
console.log(JSON.stringify({ event: 'starting' }));
process.on('SIGTERM', () => process.exit(0));
setImmediate(() => {
  while (performance.now() < 60_000);
});

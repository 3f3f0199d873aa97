// Floods stdout with lines for ever and is never ready.
const lines = 'all is well, all is well, all is well\n'.repeat(2_000);
const flood = () => process.stdout.write(lines, () => setImmediate(flood));

flood();
setTimeout(() => process.exit(0), 60_000);

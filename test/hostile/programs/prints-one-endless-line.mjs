// Prints one line that never ends: no newline ever comes.
const piece = 'x'.repeat(64 * 1024);
const flood = () => process.stdout.write(piece, () => setImmediate(flood));

flood();
setTimeout(() => process.exit(0), 60_000);

// Says ready with a port that is an array nested thirty thousand deep.
const deep = '['.repeat(30_000) + ']'.repeat(30_000);

console.log(`{"event":"ready","port":${deep}}`);
setTimeout(() => process.exit(0), 60_000);

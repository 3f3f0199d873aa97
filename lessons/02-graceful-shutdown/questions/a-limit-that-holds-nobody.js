// Stands for a database whose answer got lost.
const closeDatabase = () => new Promise(() => {});

const work = setInterval(() => {}, 1_000);
process.on('SIGTERM', async () => {
  clearInterval(work);
  setTimeout(() => process.exit(1), 500).unref();
  await closeDatabase();
  console.log('closed');
});
console.log('{"event":"ready"}');

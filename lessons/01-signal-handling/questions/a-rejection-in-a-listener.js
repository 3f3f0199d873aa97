process.on('SIGTERM', async () => {
  await save();
  process.exit(0);
});

async function save() {
  throw new Error('disk full');
}

setInterval(() => {}, 1_000);
console.log('{"event":"ready"}');

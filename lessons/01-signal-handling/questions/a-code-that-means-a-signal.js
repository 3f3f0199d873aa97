process.on('SIGTERM', (name, number) => {
  console.log(`{"event":"heard","name":"${name}","number":${number}}`);
  process.exit(128 + number);
});
setInterval(() => {}, 1_000);
console.log('{"event":"ready"}');

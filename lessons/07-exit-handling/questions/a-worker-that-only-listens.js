// Waits to be told that it may go.
process.on('SIGTERM', () => {
  console.log('told to go');
  process.exit(7);
});

process.on('exit', (code) => console.log('exit', code));

console.log('ready');

process.on('SIGUSR2', () => console.log('usr2'));
setInterval(() => {}, 1_000);
console.log('{"event":"ready"}');

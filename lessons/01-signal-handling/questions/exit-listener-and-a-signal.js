process.exitCode = 3;
process.on('exit', (code) => console.log(`bye, ${code}`));
setInterval(() => {}, 1_000);
console.log('{"event":"ready"}');

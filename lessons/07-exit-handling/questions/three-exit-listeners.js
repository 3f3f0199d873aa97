process.on('exit', (code) => {
  console.log('first', code);
  process.exitCode = 3;
});

process.on('exit', (code) => {
  console.log('second', code);
  process.exit();
});

process.on('exit', (code) => console.log('third', code));

process.exitCode = 2;

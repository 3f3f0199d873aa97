process.on('exit', (code) => console.log('exit', code));

process.on('uncaughtException', (error) => {
  console.log('code:', error.code.toUpperCase());
  process.exit(1);
});

throw new Error('an Error without a code');

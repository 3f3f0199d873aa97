let flushed = false;

process.on('exit', () => {
  console.log('exit');
  setTimeout(() => console.log('after exit'), 0);
});

process.on('beforeExit', () => {
  console.log('beforeExit');
  if (flushed) return;
  flushed = true;
  setTimeout(() => console.log('flushed'), 10);
});

console.log('main');

process.on('warning', ({ code }) => {
  console.log(code.toLowerCase());
});

process.emitWarning('the disk is slow');
setTimeout(() => console.log('still here'), 50);

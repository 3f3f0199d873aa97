process.on('warning', ({ message }) => console.log('heard:', message));

console.log('before');
process.emitWarning('the disk is slow');
console.log('after');

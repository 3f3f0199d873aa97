process.on('warning', ({ name }) => console.log('heard', name));

process.emitWarning('the disk is slow');
process.emitWarning('use price()', 'DeprecationWarning');

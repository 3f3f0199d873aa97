process.on('warning', ({ message }) => console.log('heard:', message));
process.on('exit', () => console.log('exit'));

process.emitWarning('the settings file is missing');
process.exit();

// Says ready with a port that is a word.
console.log(JSON.stringify({ event: 'ready', port: 'eighty' }));
setTimeout(() => process.exit(0), 60_000);

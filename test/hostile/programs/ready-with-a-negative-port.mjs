// Says ready with a port below zero.
console.log(JSON.stringify({ event: 'ready', port: -80 }));
setTimeout(() => process.exit(0), 60_000);

// Says ready and sends SIGKILL to its own process group.
console.log(JSON.stringify({ event: 'ready', port: 9 }));
// Group 0 is the caller's own group: the tool must not be in it.
setTimeout(() => process.kill(0, 'SIGKILL'), 100);

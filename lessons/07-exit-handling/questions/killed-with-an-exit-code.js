process.exitCode = 3;
process.on('exit', (code) => console.log('exit', code));

// Stands for the work.
setInterval(() => {}, 60_000);

// What "kill" sends, and what every deploy sends.
process.kill(process.pid, 'SIGTERM');

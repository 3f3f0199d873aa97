// Says ready with the port that it was asked for, and does not listen.
console.log(JSON.stringify({ event: 'ready', port: Number(process.env.PORT) || 9 }));
setTimeout(() => process.exit(0), 60_000);

console.log('working until SIGTERM');

const signal = await new Promise((resolve) => process.once('SIGTERM', resolve));

console.log(`stopped by ${signal}`);

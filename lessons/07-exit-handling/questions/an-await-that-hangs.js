// Good until something is known to have failed.
process.exitCode = 0;

const settings = new Promise(() => {});

console.log('waiting for the settings');
console.log(await settings);

const first = setTimeout(() => {}, 60_000);
const second = setTimeout(() => {}, 60_000);
const third = setTimeout(() => {}, 60_000);
second.unref();
clearTimeout(third);
process.on('message', () => {});

console.log(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length);
clearTimeout(first);

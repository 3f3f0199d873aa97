let warnings = 0;
process.on('warning', () => {
  warnings += 1;
});

// One for the whole process, aborted when it stops.
const { signal } = new AbortController();
for (let request = 1; request <= 50; request += 1) {
  signal.addEventListener('abort', () => {});
}

setImmediate(() => console.log(warnings));

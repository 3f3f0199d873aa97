// Started with --max-old-space-size=32, which is 32 MB.
const kept = [];
for (let count = 0; count < 8; count += 1) kept.push(Buffer.alloc(16 * 1024 * 1024, 1));
console.log(`${kept.length} buffers of 16 MB`);

let heard = 0;
process.on('warning', () => {
  heard += 1;
});

for (let request = 1; request <= 3; request += 1) {
  process.emitWarning('use price()', 'DeprecationWarning', 'SHOP001');
}

setImmediate(() => console.log(heard));

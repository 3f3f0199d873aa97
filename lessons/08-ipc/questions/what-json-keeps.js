const report = {
  failure: new Error('disk full'),
  tries: new Map([['disk', 3]]),
  ratio: 0 / 0,
  next: undefined,
};

process.send(report);

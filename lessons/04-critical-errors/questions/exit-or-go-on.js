class DependencyBusy extends Error {}

process.on('unhandledRejection', (reason) => {
  if (reason instanceof DependencyBusy) console.log('counted');
  else throw reason;
});

setTimeout(() => Promise.reject(new DependencyBusy('try later')), 10);
setTimeout(() => Promise.reject(new TypeError('x is not a function')), 30);
setTimeout(() => console.log('still here'), 60);

process.on('uncaughtException', (error) => console.log('logged:', error.message));

setTimeout(() => {
  console.log('job 1 begins');
  throw new Error('oops');
}, 10);

setTimeout(() => console.log('job 2 begins'), 30);

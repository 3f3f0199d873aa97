process.on('uncaughtException', (error) => {
  console.error('fatal:', error);
  process.exit();
});

throw new Error('oops');

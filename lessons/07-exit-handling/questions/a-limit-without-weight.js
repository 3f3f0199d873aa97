// Nobody shall wait longer than this for the shutdown.
setTimeout(() => {
  console.log('forced');
  process.exit(1);
}, 500).unref();

const closeTheDatabase = () => new Promise(() => {});

closeTheDatabase().then(() => {
  console.log('closed');
  process.exit(0);
});

process.on('unhandledRejection', (reason) => {
  console.log('unhandled:', reason.message);
});

// As a library does that calls `reject` without an argument.
Promise.reject();

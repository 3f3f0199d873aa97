const figures = Promise.reject(new Error('no figures'));

// The first free moment in which the failure can be dealt with.
setTimeout(() => {
  figures.catch((error) => console.log('dealt with:', error.message));
}, 0);

async function load() {
  throw new Error('not found');
}

async function loadOrDefault() {
  try {
    return load();
  } catch {
    return 'the default';
  }
}

loadOrDefault().then(
  (value) => console.log('got', value),
  (error) => console.log('failed:', error.message),
);

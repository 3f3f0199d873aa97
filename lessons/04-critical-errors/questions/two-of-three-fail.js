const fails = async (name) => {
  throw new Error(name);
};

process.on('unhandledRejection', ({ message }) => console.log('unhandled:', message));

try {
  await Promise.all([fails('first'), Promise.resolve(), fails('third')]);
} catch ({ message }) {
  console.log('caught:', message);
}

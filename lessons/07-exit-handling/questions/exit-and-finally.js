function work() {
  console.log('opened');
  try {
    console.log('working');
    process.exit(3);
  } finally {
    console.log('closed');
  }
}

work();

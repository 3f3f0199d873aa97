// Prints nothing, is never ready and never ends.
setTimeout(() => process.exit(0), 60_000);

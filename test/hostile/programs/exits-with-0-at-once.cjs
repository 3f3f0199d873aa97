// Ends with exit code 0 while it starts.
process.exit(0);

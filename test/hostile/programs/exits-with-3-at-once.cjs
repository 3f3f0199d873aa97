// Ends with exit code 3 while it starts, which is the code of the tool's own trouble.
process.exit(3);

// Calls process.abort() while it starts.
process.abort();

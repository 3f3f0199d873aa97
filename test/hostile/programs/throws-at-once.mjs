// Throws while it starts.
throw new Error('no configuration was found');

// Does not parse: its regular expression is never closed.
const server = /(/;

console.log(JSON.stringify({ event: 'ready', port: server }));

// Two accounts, and a transfer with a bug in the middle. After the error the process goes, and says how.
import { createServer } from 'node:http';

const say = (event, fields) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
const accounts = { cash: 70, bank: 30 };
let ledger;

function transfer(amount) {
  accounts.cash -= amount;
  ledger.add(amount);
  accounts.bank += amount;
}

process.on('uncaughtException', ({ message }) => {
  process.exitCode = 1;
  // Whatever else hangs in a process that nobody understands any more.
  setTimeout(() => process.exit(), 1_000);
  say('fatal', { message });
  // What is in flight is answered, newcomers are refused, and the next process reads both accounts from the disk.
  server.close(() => process.exit());
});

const server = createServer((request, response) => {
  if (request.url === '/transfer') setImmediate(transfer, 10);
  response.setHeader('Connection', 'close');
  response.end(JSON.stringify({ total: accounts.cash + accounts.bank }));
});
server.listen(process.env.PORT, '127.0.0.1', () => say('ready', { port: server.address().port }));

// Two accounts, and a transfer with a bug in the middle. After the error the process goes on.
import { createServer } from 'node:http';

const say = (event, fields) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
const accounts = { cash: 70, bank: 30 };
let ledger;

function transfer(amount) {
  accounts.cash -= amount;
  ledger.add(amount);
  accounts.bank += amount;
}

process.on('uncaughtException', ({ message }) => say('fatal', { message }));

const server = createServer((request, response) => {
  if (request.url === '/transfer') setImmediate(transfer, 10);
  response.end(JSON.stringify({ total: accounts.cash + accounts.bank }));
});
server.listen(process.env.PORT, '127.0.0.1', () => say('ready', { port: server.address().port }));

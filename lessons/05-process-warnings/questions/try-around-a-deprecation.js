import { deprecate } from 'node:util';

const oldPrice = deprecate(() => 12, 'use price()', 'SHOP001');

try {
  console.log(oldPrice());
} catch {
  console.log('too old');
}
setTimeout(() => console.log('open for business'), 50);

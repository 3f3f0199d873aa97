import { deprecate } from 'node:util';

process.on('warning', ({ message }) => console.log(message));

const oldPrice = deprecate(() => 12, 'oldPrice is old', 'SHOP001');
const oldStock = deprecate(() => 3, 'oldStock is old', 'SHOP001');

oldPrice();
oldPrice();
oldStock();

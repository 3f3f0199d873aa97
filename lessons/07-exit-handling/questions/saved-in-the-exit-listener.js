import { setTimeout as delay } from 'node:timers/promises';

const save = async () => {
  console.log('saving');
  await delay(1);
  console.log('saved');
};

process.on('exit', async () => {
  await save();
  console.log('bye');
});

console.log('working');

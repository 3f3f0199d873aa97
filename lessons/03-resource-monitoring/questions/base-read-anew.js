const burn = (ms) => {
  const begun = process.cpuUsage().user;
  while (process.cpuUsage().user - begun < ms * 1_000);
};
let base = process.cpuUsage();

function check() {
  const { user } = process.cpuUsage(base);
  burn(20);
  base = process.cpuUsage();
  return user / 1_000;
}

check();
let told = 0;
for (let round = 0; round < 5; round += 1) told += check();

if (told > 80) console.log('it told of about 100 ms');
else if (told > 40) console.log('it told of about 50 ms');
else console.log('it told of next to nothing');

// A pool that has no connection to give, and no timer that would say so.
const pool = { acquire: () => new Promise(() => {}) };

async function main() {
  console.log('waiting for a connection');
  const connection = await pool.acquire();
  console.log('connected', connection);
}

main()
  .catch(() => {
    process.exitCode = 1;
  })
  .finally(() => console.log('done'));

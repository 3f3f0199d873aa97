async function audit(order) {
  if (order.total < 0) throw new Error('the total is negative');
}

// A service that has work to do every second.
setInterval(() => {}, 1_000);

// The answer does not depend on the audit, so nobody awaits it.
audit({ total: -1 });

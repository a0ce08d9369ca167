/** What 200,000 waiting deliveries cost in memory: their endpoints accept and never answer, so nearly all have to wait. */
import { sleep, until } from '../kit/clock.mjs';
import { openOurs } from '../kit/systems.mjs';
import { memoryBytes } from '../kit/usage.mjs';

const WEBHOOKS = 200;

export async function waiting({ house, settings, say }) {
  const ours = await openOurs(house, { webhooks: WEBHOOKS, behaviour: () => 'hang' });
  const dispatcher = ours.dispatchers[0];
  const footprint = async () => ({
    dispatcher: memoryBytes([dispatcher.pid]),
    redis: await house.redis.memoryBytes(),
  });
  try {
    await house.publisher.run({ ports: ours.ports, accounts: ours.accounts, count: 200, connections: 16 });
    await sleep(settings.quick ? 1_000 : 12_000);
    const idle = await footprint();
    const count = settings.waiting / ours.webhooksPerAccount;
    let peak = idle.dispatcher;
    const watch = setInterval(() => (peak = Math.max(peak, memoryBytes([dispatcher.pid]))), 250);
    const run = await house.publisher.run({
      ports: ours.ports,
      accounts: ours.accounts,
      count,
      connections: 64,
      retry: true,
    });
    await until(async () => (await pending()) > 0, { what: 'a waiting delivery' });
    await sleep(5_000);
    clearInterval(watch);
    const full = await footprint();
    const refused = run.publishes.filter(({ status }) => status !== 202).length;
    say(
      `${await pending()} deliveries wait; dispatcher ${megabytes(idle.dispatcher)} MB -> ${megabytes(full.dispatcher)} MB`,
    );
    return {
      waiting: await pending(),
      refusedMeanwhile: refused,
      idle,
      full,
      peak,
      growth: full.dispatcher - idle.dispatcher + full.redis - idle.redis,
    };
  } finally {
    for (const service of house.services) await service.kill();
    await ours.close();
  }

  async function pending() {
    return Number((await house.sql(`select count(*) from deliveries where status = 'PENDING'`))[0].count);
  }
}

const megabytes = (bytes) => Math.round(bytes / 2 ** 20);

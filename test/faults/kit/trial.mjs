/**
 * A trial under load: dispatchers, publishers that try again until they are told 202, receivers of which a third fails
 * every first attempt (so that retries are always under way), and the books of what was said and what came.
 */
import { now, sleep, until } from '../../bench/kit/clock.mjs';
import { makeCustomers } from '../../bench/kit/customers.mjs';
import { balance } from './ledger.mjs';

const WEBHOOKS = 24;
/** Longer than any retry, take-over or sweep: what hasn't arrived by then is lost. */
const SETTLED_WITHIN_MS = 120_000;

export class Trial {
  outages = [];
  claimedAtKills = 0;

  /**
   * @param house where; migrated, with nothing started
   * @param options `dispatchers`: how many; `rate`: events a second; `env`, `nodeArgs`: for the dispatchers; `behaviour(number)`
   */
  static async begin(
    house,
    { dispatchers = 1, rate, env, nodeArgs, behaviour = (number) => (number % 3 === 0 ? 'flaky' : 'ok') },
  ) {
    const trial = new Trial();
    trial.house = house;
    const customers = await makeCustomers(house, {
      accounts: WEBHOOKS / 2,
      url: (number) => house.receiver.url(number, behaviour(number), number),
    });
    trial.accounts = customers.accounts;
    trial.webhooks = customers.webhooks.map((webhook) => ({
      ...webhook,
      behaviour: behaviour(webhook.number),
    }));
    trial.dispatchers = await house.startDispatchers(dispatchers, {
      env: { LOG_LEVEL: 'info', ...env },
      nodeArgs,
    });
    trial.load = house.publisher.run({
      ports: trial.dispatchers.map(({ port }) => port),
      accounts: trial.accounts,
      rate,
      connections: 64,
      retry: true,
      answerWithinMs: 60_000,
    });
    await sleep(2_000);
    return trial;
  }

  /** Marks the time from the start of `work` to its end as one in which something is away. */
  async outage(work) {
    const outage = { from: now(), to: Infinity };
    this.outages.push(outage);
    await work();
    outage.to = now();
  }

  /**
   * kill -9. What is claimed at this moment, and doesn't wait there for its retry, is all that can come twice. Takes
   * whatever has a `kill`, all at once.
   */
  async kill(...dispatchers) {
    await this.countClaimed();
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.kill()));
  }

  /** Adds what is being sent now to what may come twice. */
  async countClaimed() {
    const [{ count }] = await this.house.sql(
      `select count(*)::int as count from deliveries
       where status = 'PENDING' and due_at is null and parked_at is null and retry_at is null`,
    );
    this.claimedAtKills += count;
  }

  /** Ends the load, waits until everything is settled, and closes the books. */
  async finish({ after = 3_000 } = {}) {
    await sleep(after);
    await this.house.publisher.halt();
    const giveUp = setTimeout(() => void this.house.publisher.giveUp(), 180_000);
    const { publishes, stalledMs } = await this.load;
    clearTimeout(giveUp);
    const unsettled = await this.settled();
    await sleep(500);
    const mine = new Set(this.webhooks.map(({ number }) => number));
    const arrivals = (await this.house.receiver.collect()).filter(({ webhook }) => mine.has(webhook));
    return {
      ...balance({ publishes, arrivals, webhooks: this.webhooks, outages: this.outages }),
      unsettled,
      stalledMs,
      claimedAtKills: this.claimedAtKills,
    };
  }

  /** @returns deliveries that are still not settled in the end; 0 when all is well. */
  async settled() {
    const pending = async () =>
      (await this.house.sql(`select count(*)::int as count from deliveries where status = 'PENDING'`))[0]
        .count;
    await until(async () => (await pending()) === 0, { withinMs: SETTLED_WITHIN_MS, everyMs: 250 }).catch(
      () => undefined,
    );
    return pending();
  }
}

import { House } from '../../bench/kit/house.mjs';

/** Opens a house with a migrated database, hands it to `work`, and closes it; after a failure its folder is kept. */
export async function withHouse(options, work) {
  const house = await House.open({ name: 'faults', ...options });
  let failed = true;
  try {
    await house.migrate();
    const result = await work(house);
    failed = false;
    return result;
  } catch (error) {
    error.message += `\n(logs and data are kept in ${house.directory})`;
    throw error;
  } finally {
    await house.close({ keep: failed });
  }
}

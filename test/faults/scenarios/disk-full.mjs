import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../../bench/kit/clock.mjs';
import { Trial } from '../kit/trial.mjs';
import { withHouse } from '../kit/with-house.mjs';

const SIZE_MB = 400;

/**
 * PostgreSQL's data lie on a file system of 400 MB of their own, which is then filled to the brim. PostgreSQL may well
 * go down over it (a full WAL is a PANIC); when there is room again, it is started as an operator would.
 */
export default {
  name: 'postgres-disk-full',
  title: `PostgreSQL's disk full (a tmpfs of ${SIZE_MB} MB) for 15 s`,
  async run({ quick }) {
    const mount = `/var/tmp/skipcalls-small-disk-${process.pid}`;
    mkdirSync(mount, { recursive: true });
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m,mode=755`, 'tmpfs', mount], {
      encoding: 'utf8',
    });
    if (mounted.status !== 0) {
      rmSync(mount, { recursive: true });
      return {
        skipped: `a small file system could not be mounted (${mounted.stderr.trim()}); it takes root`,
      };
    }
    try {
      return await withHouse(
        {
          postgresDirectory: join(mount, 'postgres'),
          postgres: { max_wal_size: '64MB', min_wal_size: '32MB' },
        },
        (house) => fillUp(house, mount, quick),
      );
    } finally {
      await sleep(500);
      spawnSync('umount', ['-l', mount]);
      rmSync(mount, { recursive: true, force: true });
    }
  },
};

async function fillUp(house, mount, quick) {
  const trial = await Trial.begin(house, { rate: quick ? 50 : 100 });
  const filler = join(mount, 'filler');
  let wentDown = false;
  await trial.outage(async () => {
    fill(mount, filler);
    const full = setInterval(() => fill(mount, filler), 200);
    await sleep(quick ? 6_000 : 15_000);
    clearInterval(full);
    wentDown = !house.postgres.isRunning;
    rmSync(filler);
    if (!house.postgres.isRunning) await house.postgres.start();
  });
  return {
    ...(await trial.finish()),
    notes: wentDown ? 'PostgreSQL went down and was started again' : 'PostgreSQL stayed up',
  };
}

/** Takes what is free, to the last block. */
function fill(mount, filler) {
  const { bavail, bsize } = statfsSync(mount);
  if (bavail > 0) {
    try {
      writeFileSync(filler, Buffer.alloc(bavail * bsize), { flag: 'a' });
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error;
    }
  }
}

import { Logger } from '@nestjs/common';
import { retryWaitMs, untilWritten } from './until-written';

const failing = (code: string) => Object.assign(new Error('told by its code'), { code });

describe('untilWritten', () => {
  const logger = new Logger('test');
  beforeEach(() => jest.spyOn(logger, 'warn').mockImplementation());

  /** Fails as often as there are errors, then succeeds. */
  async function write(errors: Error[]): Promise<{ tries: number; waits: number[]; failure: unknown }> {
    const waits: number[] = [];
    let tries = 0;
    const attempt = () => {
      const error = errors[tries++];
      return error ? Promise.reject(error) : Promise.resolve('written');
    };
    const failure = await untilWritten(attempt, logger, (ms) => Promise.resolve(waits.push(ms))).then(
      () => null,
      (error: unknown) => error,
    );
    return { tries, waits, failure };
  }

  it.each(['08006', '57P01', '53300', '40P01', '40001', '55P03', 'ECONNRESET'])('tries again after %s', async (code) => {
    expect(await write(Array<Error>(20).fill(failing(code)))).toMatchObject({ tries: 21, failure: null });
  }); // prettier-ignore

  it.each(['XX000', 'XX001', '22P02', '23505'])(
    'does not try again after %s, which would come back',
    async (code) => {
      expect(await write([failing(code)])).toMatchObject({ tries: 1, failure: { code } });
    },
  );

  it('gives up on a write that is too slow every time', async () => {
    expect(await write(Array<Error>(20).fill(failing('57014')))).toMatchObject({ tries: 5, failure: { code: '57014' } });
  }); // prettier-ignore

  it('waits twice as long each time, up to 5 s, and not all processes equally', async () => {
    const { waits } = await write(Array<Error>(12).fill(failing('08006')));
    for (const [i, ms] of waits.entries()) {
      expect(ms).toBeGreaterThanOrEqual(Math.min(5_000, 100 * 2 ** i) / 2);
      expect(ms).toBeLessThanOrEqual(Math.min(5_000, 100 * 2 ** i));
    }
    expect([retryWaitMs(0, 0), retryWaitMs(0, 1), retryWaitMs(1_000, 1)]).toEqual([50, 100, 5_000]);
  });
});

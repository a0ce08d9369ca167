import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { MikroORM, PostgreSqlDriver } from '@mikro-orm/postgresql';
import { Client, Pool } from 'pg';
import { isDependencyAway } from './sql';

/** What goes wrong is what the drivers really throw: their words are all that there is to tell by. */
describe('isDependencyAway', () => {
  /** Takes connections, and never says a word: a PostgreSQL that hangs. */
  let server: Server;
  let url: string;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `postgres://nobody@127.0.0.1:${(server.address() as AddressInfo).port}/none`;
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  const failureOf = async (work: Promise<unknown>): Promise<unknown> => {
    try {
      await work;
    } catch (error) {
      return error;
    }
    throw new Error('It did not fail');
  };

  it('is true of a connection that nobody answers, alone, from a pool or through the ORM', async () => {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 50 });
    const pool = new Pool({ connectionString: url, connectionTimeoutMillis: 50 });
    const orm = await MikroORM.init({
      connect: false,
      driver: PostgreSqlDriver,
      clientUrl: url,
      entities: [],
      discovery: { warnWhenNoEntities: false },
      driverOptions: { connection: { connectionTimeoutMillis: 50 } },
    });
    const ways = [
      () => client.connect(),
      () => pool.query('select 1'),
      () => orm.em.getConnection().execute('select 1'),
    ];
    for (const fail of ways) {
      const error = await failureOf(fail());
      expect([(error as Error).message, isDependencyAway(error)]).toEqual([expect.any(String), true]);
    }
    await orm.close(true);
  });

  it('is true of a client that has been closed', async () => {
    const client = new Client({ connectionString: url });
    await client.end();
    expect(isDependencyAway(await failureOf(client.query('select 1')))).toBe(true);
  });

  it.each([['57014'], ['55P03'], ['25P03'], ['57P01'], ['08006']])('is true of SQLSTATE %s', (code) => {
    expect(isDependencyAway(Object.assign(new Error('no'), { code }))).toBe(true);
  });

  it.each([['23505'], ['22P02'], ['42P01'], ['XX000'], ['XX001'], ['08P01']])(
    'is false of SQLSTATE %s',
    (code) => {
      expect(isDependencyAway(Object.assign(new Error('no'), { code }))).toBe(false);
    },
  );
});

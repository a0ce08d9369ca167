import { AccountsModule } from '@app/accounts';
import { startApp, type TestApp } from '../support';

describe('health and metrics', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({ modules: [AccountsModule] });
  });
  afterAll(() => app.close());

  it('says that the process is alive', async () => {
    const { status, body } = await app.http().get('/health/live');
    expect([status, body]).toEqual([200, { status: 'ok' }]);
  });

  it('is ready when PostgreSQL, Redis and the migrations are in order', async () => {
    const { status, body } = await app.http().get('/health/ready');
    expect(status).toBe(200);
    expect(Object.keys(body.details).sort()).toEqual(['migrations', 'postgres', 'redis']);
  });

  it('is ready while Redis is down, and reports it', async () => {
    const without = await startApp({
      modules: [AccountsModule],
      env: { REDIS_URL: 'redis://127.0.0.1:1' },
      with: app,
    });
    try {
      const { status, body } = await without.http().get('/health/ready');
      expect([status, body.status]).toEqual([200, 'ok']);
      expect(body.details).toMatchObject({
        postgres: { status: 'up' },
        migrations: { status: 'up' },
        redis: { status: 'down', message: 'does not respond' },
      });
    } finally {
      await without.close();
    }
  });

  it('is not ready while migrations are pending, and names them', async () => {
    const [removed] = await app.database.query<{ name: string; executed_at: Date }>(
      'delete from schema_migrations where id = (select max(id) from schema_migrations) returning name, executed_at',
    );
    const { status, body } = await app.http().get('/health/ready');
    await app.database.query('insert into schema_migrations (name, executed_at) values ($1, $2)', [
      removed.name,
      removed.executed_at,
    ]);
    expect(status).toBe(503);
    expect(body.error.migrations.message).toContain(removed.name);
    expect((await app.http().get('/health/ready')).status).toBe(200);
  });

  it('offers Prometheus metrics', async () => {
    const { status, headers, body } = await app.http().get('/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain;.*version=0\.0\.4/);
    expect(body).toContain('# HELP skipcalls_events_accepted_total');
  });

  it('answers an unknown route with a problem', async () => {
    const { status, headers, body } = await app.http().get('/nothing/here');
    expect(status).toBe(404);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({ status: 404, code: 'not_found', instance: '/nothing/here' });
  });
});

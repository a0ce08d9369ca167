import { BackofficeModule } from '../../apps/backoffice/src/backoffice.module';
import { StaffService } from '../../apps/backoffice/src/staff/staff.service';
import { ensureBuilt, startApp, type TestApp } from '../support';
import { createStaff, StaffClient } from '../support/backoffice';

describe('signing in to the backoffice', () => {
  let app: TestApp;

  beforeAll(async () => {
    ensureBuilt();
    app = await startApp({ modules: [BackofficeModule] });
  }, 120_000);
  afterAll(() => app?.close());

  it('should show nothing of /admin to somebody who is not signed in', async () => {
    const nobody = new StaffClient(app);
    for (const path of [
      '/admin',
      '/admin/resources/accounts',
      '/admin/api/dashboard',
      '/admin/api/resources/accounts/actions/list',
      '/admin/security',
    ]) {
      const answer = await nobody.get(path);
      expect([path, answer.status, answer.headers.get('location')?.split('?')[0]]).toEqual([
        path,
        302,
        '/admin/login',
      ]);
    }
    expect((await nobody.post('/resources/webhooks/records/x/pause', {})).status).toBe(302);
    expect((await nobody.get('/Admin/login')).status).toBe(404);
  });

  it('should make the first administrator choose a password before anything else', async () => {
    const client = new StaffClient(app);
    expect((await client.signIn('Admin@SkipCalls.test', 'admin-password-of-the-tests')).status).toBe(302);
    expect((await client.get('/admin')).headers.get('location')).toBe('/admin/password');
    expect((await client.api('/dashboard')).headers.get('location')).toBe('/admin/password');
    const change = {
      current: 'admin-password-of-the-tests',
      chosen: 'one that only I know',
      again: 'one that only I know',
    };
    expect((await client.form('/admin/password', { ...change, again: 'something else here' })).status).toBe(
      400,
    );
    expect((await client.form('/admin/password', { ...change, current: 'wrong' })).status).toBe(400);
    expect(
      (await client.form('/admin/password', { ...change, chosen: change.current, again: change.current }))
        .status,
    ).toBe(400);
    expect((await client.form('/admin/password', change)).headers.get('location')).toBe('/admin');
    expect((await client.api('/dashboard')).status).toBe(200);
    expect((await new StaffClient(app).signIn('admin@skipcalls.test', change.current)).status).toBe(401);
  });

  it('should set a cookie that no script reads and no other site sends', async () => {
    const client = await StaffClient.signedIn(app, await createStaff(app, 'VIEWER'));
    expect(client.setCookie).toMatch(/HttpOnly/);
    expect(client.setCookie).toMatch(/SameSite=Strict/);
    expect(client.setCookie).toMatch(/Path=\/admin/);
  });

  it('should not take a session id that was there before signing in', async () => {
    const who = await createStaff(app, 'VIEWER');
    const client = new StaffClient(app);
    await client.signIn(who.email, who.password);
    const before = client.setCookie;
    await client.signIn(who.email, who.password);
    expect(client.setCookie).not.toBe(before);
  });

  it('should stop guesses at one person, and let others in meanwhile', async () => {
    const [victim, other] = [await createStaff(app, 'SUPPORT'), await createStaff(app, 'SUPPORT')];
    const guesses = await Promise.all(
      Array.from({ length: 12 }, (_, i) => new StaffClient(app).signIn(victim.email, `guess ${i}`)),
    );
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(5);
    const stopped = await new StaffClient(app).signIn(victim.email.toUpperCase(), victim.password);
    expect(stopped.status).toBe(429);
    expect(Number(stopped.headers.get('retry-after'))).toBeGreaterThan(60);
    expect((await new StaffClient(app).signIn(other.email, other.password)).status).toBe(302);
  });

  it('should not count right passwords as guesses', async () => {
    const who = await createStaff(app, 'VIEWER');
    for (let i = 0; i < 8; i++)
      expect((await new StaffClient(app).signIn(who.email, who.password)).status).toBe(302);
  });

  it('should say the same of a wrong password and of a person who is not there', async () => {
    const who = await createStaff(app, 'VIEWER');
    const [wrong, unknown] = [
      await new StaffClient(app).signIn(who.email, 'x'),
      await new StaffClient(app).signIn('nobody@skipcalls.test', 'x'),
    ];
    expect(unknown.text.replaceAll('nobody@skipcalls.test', '')).toBe(wrong.text.replaceAll(who.email, ''));
  });

  it('should end a session when its owner signs out', async () => {
    const client = await StaffClient.signedIn(app, await createStaff(app, 'VIEWER'));
    expect((await client.get('/admin/logout')).status).toBe(200);
    expect((await client.api('/dashboard')).status).toBe(200);
    await client.form('/admin/logout', {});
    expect((await client.api('/dashboard')).status).toBe(302);
  });

  it('should end every session of somebody who is disabled, at once', async () => {
    const who = await createStaff(app, 'ADMIN');
    const client = await StaffClient.signedIn(app, who);
    await app.get(StaffService).disable(who.id, 'stf_test', 'left the company');
    expect((await client.api('/dashboard')).status).toBe(302);
    expect((await new StaffClient(app).signIn(who.email, who.password)).status).toBe(401);
  });

  it('should end the other sessions of somebody who changes their password', async () => {
    const who = await createStaff(app, 'VIEWER');
    const [here, elsewhere] = [await StaffClient.signedIn(app, who), await StaffClient.signedIn(app, who)];
    const chosen = 'quite another passphrase';
    await here.form('/admin/password', { current: who.password, chosen, again: chosen });
    expect((await here.api('/dashboard')).status).toBe(200);
    expect((await elsewhere.api('/dashboard')).status).toBe(302);
  });

  it.each<[string, Record<string, string>]>([
    ['from another site', { origin: 'https://evil.example' }],
    ['from a frame without an origin', { origin: 'null' }],
    ['from another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
  ])('should refuse a POST %s', async (_name, headers) => {
    const who = await createStaff(app, 'ADMIN');
    const client = await StaffClient.signedIn(app, who);
    expect((await client.post('/resources/webhooks/records/x/pause', {}, headers)).status).toBe(403);
    const body = new URLSearchParams({ email: who.email, password: who.password });
    expect(
      (
        await new StaffClient(app).send('/admin/login', {
          method: 'POST',
          headers,
          body,
        })
      ).status,
    ).toBe(403);
  });

  it('should refuse a POST that says nothing of where it comes from, and one that is a form', async () => {
    const client = await StaffClient.signedIn(app, await createStaff(app, 'ADMIN'));
    const path = '/admin/api/resources/webhooks/records/x/pause';
    expect(
      (
        await client.send(path, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{}',
        })
      ).status,
    ).toBe(403);
    expect((await client.form(path, {})).status).toBe(415);
    expect((await client.send(path, { method: 'DELETE', headers: { origin: app.url } })).status).toBe(405);
  });

  it('should let a link in a ticket arrive signed in, by way of a page of our own', async () => {
    const client = await StaffClient.signedIn(app, await createStaff(app, 'VIEWER'));
    const fromElsewhere = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    const answer = await client.send('/admin/resources/accounts?page=2', {
      method: 'GET',
      headers: fromElsewhere,
    });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('content="0;url=/admin/resources/accounts?page=2"');
  });
});

describe('guesses at passwords and codes of staff', () => {
  let app: TestApp;

  beforeAll(async () => {
    ensureBuilt();
    app = await startApp({ modules: [BackofficeModule], env: { TRUSTED_PROXIES: '127.0.0.0/8,::1/128' } });
  }, 120_000);
  afterAll(() => app?.close());

  const guess = async (email: string, address: string, password = 'a wrong guess'): Promise<number> =>
    (await new StaffClient(app, address).signIn(email, password)).status;
  const audit = (action: string, subject: string) =>
    app.database.query<{ actor_id: string; details: object }>(
      'select actor_id, details from audit_entries where action = $1 and subject = $2 order by id',
      [action, subject],
    );

  it('should not lock the owner out at another address, however many come from one', async () => {
    const owner = await createStaff(app, 'ADMIN');
    const statuses = await Promise.all(Array.from({ length: 50 }, () => guess(owner.email, '198.51.100.7')));
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(45);
    expect(await guess(owner.email, '203.0.113.9', owner.password)).toBe(302);
  });

  it('should not lock the owner out at a known browser or address, though the account’s budget is used up', async () => {
    const owner = await createStaff(app, 'ADMIN');
    const [home, laptop] = ['203.0.113.10', new StaffClient(app, '203.0.113.11')];
    expect(await guess(owner.email, home, owner.password)).toBe(302);
    expect((await laptop.signIn(owner.email, owner.password)).status).toBe(302);
    for (let address = 1; address <= 8; address++)
      await Promise.all(Array.from({ length: 5 }, () => guess(owner.email, `198.51.100.${address}`)));
    // Not without bounds for strangers, wherever they come from.
    expect(await guess(owner.email, '198.51.100.99')).toBe(429);
    expect(await guess(owner.email, '198.51.100.99', owner.password)).toBe(429);
    expect(await guess(owner.email, home, owner.password)).toBe(302);
    // The laptop moves to a network from which nobody has signed in.
    const moved = laptop.at('192.0.2.44');
    expect((await moved.signIn(owner.email, owner.password)).status).toBe(302);
    // Nor for somebody who has the browser.
    const tries = await Promise.all(Array.from({ length: 8 }, () => moved.signIn(owner.email, 'wrong')));
    expect(tries.filter(({ status }) => status === 401)).toHaveLength(5);
  }, 60_000);

  it('should not take the word of a browser that signed in somebody else', async () => {
    const [owner, other] = [await createStaff(app, 'ADMIN'), await createStaff(app, 'VIEWER')];
    const browser = new StaffClient(app, '192.0.2.50');
    await browser.signIn(other.email, other.password);
    const tries = await Promise.all(Array.from({ length: 8 }, () => browser.signIn(owner.email, 'wrong')));
    expect(tries.filter(({ status }) => status === 401)).toHaveLength(5);
  });

  it('should count a whole /64 of IPv6 as one address', async () => {
    const owner = await createStaff(app, 'SUPPORT');
    const statuses = await Promise.all(
      Array.from({ length: 10 }, (_, i) => guess(owner.email, `2001:db8:1:2::${i + 1}`)),
    );
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
  });

  it('should be audited, known person or not, without what was typed, and once each quarter of an hour when refused', async () => {
    const owner = await createStaff(app, 'SUPPORT');
    for (let i = 0; i < 8; i++) await guess(owner.email, '198.51.100.77');
    const failed = await audit('staff.sign-in-failed', owner.id);
    expect(failed).toHaveLength(5);
    expect(failed[0]).toEqual({
      actor_id: owner.id,
      details: { step: 'password', address: '198.51.100.77' },
    });
    expect(await audit('staff.sign-in-throttled', owner.id)).toHaveLength(1);
    await guess('my secret password', '198.51.100.78');
    await guess('nobody@skipcalls.test', '198.51.100.79');
    const unknown = (await audit('staff.sign-in-failed', 'unknown')).map(({ details }) => details);
    expect(unknown).toEqual([
      { step: 'password', address: '198.51.100.78', email: 'not an email address' },
      { step: 'password', address: '198.51.100.79', email: 'n…@skipcalls.test' },
    ]);
  });

  it('should be bounded by address before a body is read', async () => {
    const client = new StaffClient(app, '198.51.100.200');
    const statuses: number[] = [];
    for (let i = 0; i < 130; i++)
      statuses.push((await client.send('/admin/login', { method: 'POST', headers: { origin: app.url, 'content-type': 'text/plain' }, body: 'x' })).status); // prettier-ignore
    expect(statuses.filter((status) => status === 415)).toHaveLength(120);
    expect(statuses.at(-1)).toBe(429);
  });

  it('should not be read when they are large, or no form', async () => {
    const origin = { origin: app.url };
    const large = new URLSearchParams({ email: 'x'.repeat(5_000), password: 'x' });
    const client = new StaffClient(app, '198.51.100.201');
    expect((await client.send('/admin/login', { method: 'POST', headers: origin, body: large })).status).toBe(413);
    const multipart = { ...origin, 'content-type': 'multipart/form-data; boundary=x' };
    const body = '--x\r\nContent-Disposition: form-data; name="email"; filename="a"\r\n\r\na\r\n--x--\r\n';
    expect((await client.send('/admin/login', { method: 'POST', headers: multipart, body })).status).toBe(415);
  }); // prettier-ignore

  it('should let nobody in when the sign-in can’t be audited', async () => {
    const owner = await createStaff(app, 'ADMIN');
    await app.database.query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$`,
    );
    await app.database.query(
      'create trigger refuse before insert on audit_entries for each row execute function refuse()',
    );
    const client = new StaffClient(app, '203.0.113.80');
    expect((await client.signIn(owner.email, owner.password)).status).toBe(500);
    expect((await client.api('/dashboard')).status).toBe(302);
    expect(await app.database.query('select 1 from staff_sessions where staff_id = $1', [owner.id.slice(4)])).toEqual([]); // prettier-ignore
  });
});

import { BackofficeModule } from '../../apps/backoffice/src/backoffice.module';
import { StaffService } from '../../apps/backoffice/src/staff/staff.service';
import { totpCode } from '../../apps/backoffice/src/staff/totp';
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

  it('should ask for a one-time code where one is set up, and take none twice', async () => {
    const who = await createStaff(app, 'SUPPORT');
    const client = await StaffClient.signedIn(app, who);
    await client.form('/admin/security/totp/offer', {});
    const shown = /class="totp-secret">([A-Z2-7 ]+)</.exec((await client.get('/admin/security')).text)![1];
    const secret = shown.replaceAll(' ', '');
    const step = Math.floor(Date.now() / 30_000);
    expect((await client.form('/admin/security/totp/enable', { code: '000000' })).status).toBe(400);
    expect((await client.form('/admin/security/totp/enable', { code: totpCode(secret, step) })).status).toBe(
      302,
    );
    const after = (await client.get('/admin/security')).text;
    expect(after).not.toContain(shown);
    expect(after).not.toContain(secret);

    const again = new StaffClient(app);
    expect((await again.signIn(who.email, who.password)).headers.get('location')).toMatch(
      /^\/admin\/login\/code/,
    );
    expect((await again.api('/dashboard')).status).toBe(302);
    expect((await again.form('/admin/login/code', { code: totpCode(secret, step) })).status).toBe(401);
    expect((await again.form('/admin/login/code', { code: totpCode(secret, step + 1) })).status).toBe(302);
    expect((await again.api('/dashboard')).status).toBe(200);
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

import { BackofficeModule } from '../../apps/backoffice/src/backoffice.module';
import { StaffService } from '../../apps/backoffice/src/staff/staff.service';
import { ensureBuilt, startApp, type TestApp } from '../support';
import { createStaff, StaffClient, type StaffMember } from '../support/backoffice';

const TWO_FACTOR = '/admin/security/two-factor';

/** The code of a time step of now; `offset` -1 is the one before. */
async function codeOf(secret: string, offset = 0): Promise<string> {
  const { generateSync } = await import('otplib');
  return generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + offset * 30 });
}

async function offeredSecret(client: StaffClient, password: string): Promise<string> {
  const answer = await client.form(`${TWO_FACTOR}/start`, { password });
  expect([answer.status, answer.headers.get('location')]).toEqual([302, TWO_FACTOR]);
  const { text } = await client.get(TWO_FACTOR);
  expect(text).toContain('src="data:image/png;base64,');
  return /class="totp-secret">([A-Z2-7 ]+)</.exec(text)![1].replaceAll(' ', '');
}

/** Turns it on with the code of the step before, so that the present one is still unused. */
async function turnOn(client: StaffClient, who: StaffMember): Promise<{ secret: string; codes: string[] }> {
  const secret = await offeredSecret(client, who.password);
  const answer = await client.form(`${TWO_FACTOR}/enable`, { code: await codeOf(secret, -1) });
  expect(answer.status).toBe(200);
  const codes = [...answer.text.matchAll(/<li><code>([\w-]+)<\/code><\/li>/g)].map((match) => match[1]);
  expect(codes).toHaveLength(10);
  return { secret, codes };
}

async function passwordStep(app: TestApp, who: StaffMember): Promise<StaffClient> {
  const client = new StaffClient(app);
  const answer = await client.signIn(who.email, who.password);
  expect(answer.headers.get('location')).toMatch(/^\/admin\/login\/code/);
  expect((await client.api('/dashboard')).status).toBe(302);
  return client;
}

const enterCode = async (client: StaffClient, code: string): Promise<number> =>
  (await client.form('/admin/login/code', { code })).status;

describe('two-factor authentication and sessions of staff', () => {
  let app: TestApp;

  beforeAll(async () => {
    ensureBuilt();
    app = await startApp({ modules: [BackofficeModule] });
  }, 120_000);
  afterAll(() => app?.close());

  const audited = async (who: StaffMember): Promise<string[]> =>
    (
      await app.database.query<{ action: string }>(
        `select action from audit_entries where actor_id = $1 order by id`,
        [who.id],
      )
    ).map(({ action }) => action);

  it('should require the password before anything is set up', async () => {
    const client = await StaffClient.signedIn(app, await createStaff(app, 'SUPPORT'));
    expect((await client.form(`${TWO_FACTOR}/start`, { password: 'wrong' })).status).toBe(400);
    expect((await client.form(`${TWO_FACTOR}/start`, {})).status).toBe(400);
    expect((await client.get(TWO_FACTOR)).text).not.toContain('totp-secret');
    expect((await client.form(`${TWO_FACTOR}/enable`, { code: '123456' })).status).toBe(302);
  });

  it('should sign in with a code from then on, and end the other sessions', async () => {
    const who = await createStaff(app, 'SUPPORT');
    const [here, elsewhere] = [await StaffClient.signedIn(app, who), await StaffClient.signedIn(app, who)];
    const secret = await offeredSecret(here, who.password);
    expect((await here.form(`${TWO_FACTOR}/enable`, { code: '000000' })).status).toBe(400);
    expect((await here.form(`${TWO_FACTOR}/enable`, { code: await codeOf(secret) })).status).toBe(200);
    expect((await here.api('/dashboard')).status).toBe(200);
    expect((await elsewhere.api('/dashboard')).status).toBe(302);
    const page = (await here.get(TWO_FACTOR)).text;
    expect(page).not.toContain(secret);
    expect(page).toContain('10 recovery codes left');
    expect(await audited(who)).toEqual(expect.arrayContaining(['staff.enable-two-factor']));
  });

  it('should accept no code a second time, and none that was used to turn it on', async () => {
    const who = await createStaff(app, 'SUPPORT');
    const { secret } = await turnOn(await StaffClient.signedIn(app, who), who);
    const first = await passwordStep(app, who);
    expect(await enterCode(first, await codeOf(secret, -1))).toBe(401);
    const code = await codeOf(secret);
    const second = await passwordStep(app, who);
    const both = await Promise.all([enterCode(first, code), enterCode(second, code)]);
    expect(both.sort()).toEqual([302, 401]);
  });

  it('should accept each recovery code once, and store none', async () => {
    const who = await createStaff(app, 'SUPPORT');
    const client = await StaffClient.signedIn(app, who);
    const { codes } = await turnOn(client, who);
    const stored = JSON.stringify(await app.database.query('select * from staff_recovery_codes'));
    for (const code of codes) expect(stored).not.toContain(code);
    expect(await enterCode(await passwordStep(app, who), codes[0].toUpperCase())).toBe(302);
    expect(await enterCode(await passwordStep(app, who), codes[0])).toBe(401);
    expect((await client.get(TWO_FACTOR)).text).toContain('9 recovery codes left');
    expect(await audited(who)).toContain('staff.use-recovery-code');
    // New ones, for which the password is asked, replace them.
    expect((await client.form(`${TWO_FACTOR}/recovery-codes`, { password: 'wrong' })).status).toBe(400);
    const renewed = await client.form(`${TWO_FACTOR}/recovery-codes`, { password: who.password });
    const [fresh] = /<code>([\w-]{19})<\/code>/.exec(renewed.text)!.slice(1);
    expect(await enterCode(await passwordStep(app, who), codes[1])).toBe(401);
    expect(await enterCode(await passwordStep(app, who), fresh)).toBe(302);
  });

  it('should be turned off with the password only', async () => {
    const who = await createStaff(app, 'ADMIN');
    const client = await StaffClient.signedIn(app, who);
    await turnOn(client, who);
    expect((await client.form(`${TWO_FACTOR}/disable`, { password: 'wrong' })).status).toBe(400);
    expect((await client.form(`${TWO_FACTOR}/disable`, { password: who.password })).status).toBe(302);
    expect((await new StaffClient(app).signIn(who.email, who.password)).headers.get('location')).toBe('/admin'); // prettier-ignore
    const [{ count }] = await app.database.query<{ count: string }>('select count(*) from staff_recovery_codes where staff_id = $1', [who.id.slice(4)]); // prettier-ignore
    expect(count).toBe('0');
  });

  it('should list the sessions of its owner only, and end any of them at once', async () => {
    const [who, other] = [await createStaff(app, 'VIEWER'), await createStaff(app, 'VIEWER')];
    const [here, second, third] = [
      await StaffClient.signedIn(app, who),
      await StaffClient.signedIn(app, who),
      await StaffClient.signedIn(app, who),
    ];
    const stranger = await StaffClient.signedIn(app, other);
    const page = (await here.get('/admin/security/sessions')).text;
    const ids = [...page.matchAll(/name="id" value="(ses_[\w-]+)"/g)].map((match) => match[1]);
    expect(ids).toHaveLength(2);
    expect(page.match(/This session/g)).toHaveLength(1);

    await stranger.form('/admin/security/sessions/end', { id: ids[0] });
    expect((await third.api('/dashboard')).status).toBe(200);
    await here.form('/admin/security/sessions/end', { id: ids[0] });
    expect((await third.api('/dashboard')).status).toBe(302);
    expect((await second.api('/dashboard')).status).toBe(200);
    await here.form('/admin/security/sessions/end-others', {});
    expect((await second.api('/dashboard')).status).toBe(302);
    expect((await here.api('/dashboard')).status).toBe(200);
    expect(await audited(who)).toEqual(expect.arrayContaining(['staff.end-session', 'staff.end-other-sessions']));
  }); // prettier-ignore

  it('should let an ADMIN sign somebody out everywhere', async () => {
    const [who, admin] = [await createStaff(app, 'SUPPORT'), await createStaff(app, 'ADMIN')];
    const client = await StaffClient.signedIn(app, who);
    const boss = await StaffClient.signedIn(app, admin);
    const answer = await boss.post(`/resources/staff/records/${who.id}/endSessions`, { reason: 'lost laptop' }); // prettier-ignore
    expect(answer.json.done.said).toContain('signed out everywhere');
    expect((await client.api('/dashboard')).status).toBe(302);
  });

  it('should turn it off, with its recovery codes and all sessions, when an ADMIN resets the password', async () => {
    const who = await createStaff(app, 'SUPPORT');
    const client = await StaffClient.signedIn(app, who);
    await turnOn(client, who);
    const password = await app.get(StaffService).resetPassword(who.id, 'stf_test', 'lost phone');
    expect((await client.api('/dashboard')).status).toBe(302);
    const again = new StaffClient(app);
    expect((await again.signIn(who.email, password)).status).toBe(302);
    expect((await again.get('/admin')).headers.get('location')).toBe('/admin/password');
  });

  it('should not sign anybody in by a session cookie whose row has ended', async () => {
    const who = await createStaff(app, 'VIEWER');
    const client = await StaffClient.signedIn(app, who);
    await app.database.query('update staff_sessions set ended_at = now() where staff_id = $1', [who.id.slice(4)]); // prettier-ignore
    expect((await client.api('/dashboard')).status).toBe(302);
  });
});

describe('two-factor authentication in production', () => {
  let app: TestApp;

  beforeAll(async () => {
    ensureBuilt();
    const env = { NODE_ENV: 'production', PUBLIC_URL: 'https://webhooks.example.com' };
    app = await startApp({ modules: [BackofficeModule], env });
  }, 120_000);
  afterAll(() => app?.close());

  it('should be set up by an ADMIN before anything else, and not be turned off', async () => {
    const who = await createStaff(app, 'ADMIN');
    const client = await StaffClient.signedIn(app, who);
    for (const path of ['/admin', '/admin/api/dashboard', '/admin/api/resources/staff/actions/list', '/admin/security', '/admin/security/sessions'])
      expect([path, (await client.get(path)).headers.get('location')]).toEqual([path, TWO_FACTOR]);
    expect((await client.post('/resources/staff/actions/add', { reason: 'x' })).headers.get('location')).toBe(TWO_FACTOR);
    expect((await client.get(TWO_FACTOR)).text).toContain('Administrators need two-factor authentication');
    await turnOn(client, who);
    expect((await client.api('/dashboard')).status).toBe(200);
    expect((await client.form(`${TWO_FACTOR}/disable`, { password: who.password })).status).toBe(403);
    expect((await client.get(TWO_FACTOR)).text).not.toContain('Turn off');
  }); // prettier-ignore

  it('should be left to the others', async () => {
    const client = await StaffClient.signedIn(app, await createStaff(app, 'SUPPORT'));
    expect((await client.api('/dashboard')).status).toBe(200);
  });

  it('should send every cookie over https only', async () => {
    const client = await StaffClient.signedIn(app, await createStaff(app, 'VIEWER'));
    expect(client.setCookie).toMatch(/; Secure/);
    const { headers } = await client.get('/admin');
    expect(headers.get('strict-transport-security')).toMatch(/max-age=/);
  });
});

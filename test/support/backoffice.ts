import { request } from 'undici';
import type { Role } from '../../apps/backoffice/src/staff/permissions';
import { Credentials } from '../../apps/backoffice/src/staff/credentials';
import { StaffService } from '../../apps/backoffice/src/staff/staff.service';
import type { TestApp } from './app';

export interface StaffMember {
  id: string;
  email: string;
  password: string;
}

let count = 0;

/** Somebody of a role, who has chosen their own password already. */
export async function createStaff(app: TestApp, role: Role): Promise<StaffMember> {
  const email = `${role.toLowerCase()}${++count}@skipcalls.test`;
  const service = app.get(StaffService);
  const { staff, password: first } = await service.add(
    { email, name: `${role} ${count}`, role },
    'stf_test',
    'a test',
  );
  const password = `correct horse battery ${count}`;
  const refusal = await app.get(Credentials).choosePassword(staff.id, first, password);
  if (refusal) throw new Error(refusal);
  return { id: staff.id, email, password };
}

export interface StaffAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** The body, if it is JSON. */
  json: any;
}

/** Talks to the backoffice as a browser does, without one: keeps the cookie, says where a request comes from. */
export class StaffClient {
  private readonly cookies = new Map<string, string>();
  /** The session cookie as it was set last. */
  setCookie = '';

  /** @param address where it is, behind a trusted proxy; left out: on this machine. */
  constructor(
    private readonly app: TestApp,
    private readonly address?: string,
  ) {}

  static async signedIn(app: TestApp, who: StaffMember): Promise<StaffClient> {
    const client = new StaffClient(app);
    const answer = await client.signIn(who.email, who.password);
    if (answer.status !== 302) throw new Error(`Sign-in answered ${answer.status}: ${answer.text}`);
    return client;
  }

  /** The same browser, with its cookies, at another address. */
  at(address: string): StaffClient {
    const moved = new StaffClient(this.app, address);
    for (const [name, cookie] of this.cookies) moved.cookies.set(name, cookie);
    return moved;
  }

  signIn(email: string, password: string): Promise<StaffAnswer> {
    return this.form('/admin/login', { email, password });
  }

  get(path: string): Promise<StaffAnswer> {
    return this.send(path, { method: 'GET' });
  }

  api(path: string): Promise<StaffAnswer> {
    return this.get(`/admin/api${path}`);
  }

  /** Posts JSON to the backoffice's API, as its own pages do. */
  post(path: string, body: object, headers: Record<string, string> = {}): Promise<StaffAnswer> {
    return this.send(`/admin/api${path}`, {
      method: 'POST',
      headers: { origin: this.app.url, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  form(path: string, fields: Record<string, string>): Promise<StaffAnswer> {
    return this.send(path, {
      method: 'POST',
      headers: { origin: this.app.url },
      body: new URLSearchParams(fields),
    });
  }

  /** Not by `fetch`, which puts `Sec-Fetch-…` headers of its own into a request. */
  async send(
    path: string,
    init: { method: string; headers?: Record<string, string>; body?: string | URLSearchParams },
  ): Promise<StaffAnswer> {
    const { statusCode, headers, body } = await request(this.app.url + path, {
      method: init.method as 'GET',
      headers: {
        ...(init.body instanceof URLSearchParams
          ? { 'content-type': 'application/x-www-form-urlencoded' }
          : {}),
        ...init.headers,
        ...(this.address ? { 'x-forwarded-for': this.address } : {}),
        ...(this.cookies.size > 0 ? { cookie: [...this.cookies.values()].join('; ') } : {}),
      },
      body: init.body?.toString(),
    });
    for (const set of [headers['set-cookie'] ?? []].flat()) {
      const name = set.split('=')[0];
      if (name === 'skipcalls_backoffice') this.setCookie = set;
      this.cookies.set(name, set.split(';')[0]);
    }
    const text = await body.text();
    const isJson = String(headers['content-type']).includes('json');
    const plain = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
    return { status: statusCode, headers: new Headers(plain), text, json: isJson ? JSON.parse(text) : null };
  }
}

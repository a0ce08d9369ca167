import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { urlencoded } from 'express';
import { Problem } from '@app/platform';
import type { StaffUser } from '../staff/staff-user.entity';
import type { Message } from './html';

/** The member of staff whose request this is, set by `requireStaff`. */
export function staffOf(response: Response): StaffUser {
  return response.locals['staff'] as StaffUser;
}

const parse = urlencoded({ extended: false, limit: '4kb', parameterLimit: 10 });

/** Reads a small form; a body of another type, multipart included, is not read. */
export const form: RequestHandler[] = [
  (request, _response, next) => {
    const isForm = request.is('application/x-www-form-urlencoded');
    next(isForm ? undefined : new Problem('unsupported_media_type', 'Send the form of the page itself.'));
  },
  parse,
];

export function textFields<Name extends string>(body: unknown, ...names: Name[]): Record<Name, string> {
  const fields = (body ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    names.map((name) => [
      name,
      typeof fields[name] === 'string'
        ? fields[name].slice(0, 1_000).replace(/[\0\p{Surrogate}]/gu, '\ufffd')
        : '',
    ]),
  ) as Record<Name, string>;
}

export function tooManyMessage(seconds: number): Message {
  return { kind: 'error', text: `Too many attempts. Try again in ${Math.ceil(seconds / 60)} min.` };
}

export function tooMany(response: Response, seconds: number, page: string): void {
  response.status(429).set('Retry-After', String(seconds)).type('html').send(page);
}

export function sendPage(response: Response, page: string, status = 200): void {
  response.status(status).type('html').send(page);
}

export function handler(
  work: (request: Request, response: Response, next: NextFunction) => void | Promise<void>,
): RequestHandler {
  return (request, response, next) => {
    // Inside of a promise, so that what is thrown at once is caught as well.
    Promise.resolve()
      .then(() => work(request as Request, response, next))
      .catch(next);
  };
}

export function save(request: Request): Promise<void> {
  return new Promise((resolve, reject) =>
    request.session.save((error) => (error ? reject(error as Error) : resolve())),
  );
}

/** A new session id: one that was planted before is worth nothing afterwards. */
export function regenerate(request: Request): Promise<void> {
  return new Promise((resolve, reject) =>
    request.session.regenerate((error) => (error ? reject(error as Error) : resolve())),
  );
}

import { BadRequestException, HttpException, NotFoundException, UnauthorizedException } from '@nestjs/common';
import { Problem, PROBLEMS } from './problem';
import { toProblem } from './problem.filter';

const bodyError = (status: number, type: string, more = {}) =>
  Object.assign(new Error('told by the parser'), { status, type, ...more });
const coded = (code: string) => Object.assign(new Error('connect failed at 10.9.8.7:5432'), { code });

describe('what a caller is told', () => {
  it.each<[string, unknown, number, string]>([
    ['a problem', Problem.notFound('webhook'), 404, 'not_found'],
    ['an unknown route', new NotFoundException(), 404, 'not_found'],
    ['a bad request', new BadRequestException('no'), 400, 'validation_failed'],
    ['no authentication', new UnauthorizedException(), 401, 'unauthorized'],
    ['a status of which nobody has thought', new HttpException('tea', 501), 500, 'internal_error'],
    ['a body that is too large', bodyError(413, 'entity.too.large', { limit: 10 }), 413, 'payload_too_large'],
    ['a body that is not JSON', bodyError(400, 'entity.parse.failed'), 400, 'malformed_json'],
    ['an unknown charset', bodyError(415, 'charset.unsupported'), 415, 'unsupported_media_type'],
    ['an unknown encoding', bodyError(415, 'encoding.unsupported'), 415, 'unsupported_media_type'],
    ['a request that broke off', bodyError(400, 'request.aborted'), 400, 'validation_failed'],
    ['a URL that cannot be decoded', Object.assign(new URIError('bad'), { status: 400 }), 400, 'validation_failed'],
    ['PostgreSQL refusing connections', coded('ECONNREFUSED'), 503, 'dependency_unavailable'],
    ['PostgreSQL shutting down', coded('57P01'), 503, 'dependency_unavailable'],
    ['PostgreSQL out of connections', coded('53300'), 503, 'dependency_unavailable'],
    ['PostgreSQL out of disk', coded('53100'), 503, 'dependency_unavailable'],
    ['a unique violation, which is our fault', coded('23505'), 500, 'internal_error'],
    ['a fault of ours', new TypeError('x is undefined'), 500, 'internal_error'],
    ['no error at all', undefined, 500, 'internal_error'],
    ['a text', 'oops', 500, 'internal_error'],
  ])('about %s', (_, error, status, code) => {
    const problem = toProblem(error);
    expect([problem.status, problem.code]).toEqual([status, code]);
    expect(problem.toJSON()).toEqual(
      expect.objectContaining({ type: `urn:skipcalls:problem:${code}`, title: PROBLEMS[problem.code][1], status, code }),
    );
    if (status >= 500) expect(JSON.stringify(problem.toJSON())).not.toMatch(/10\.9\.8\.7|undefined|oops|tea/);
  }); // prettier-ignore

  it('names Redis when Redis is away', () => {
    const error = Object.assign(new Error('x'), { name: 'MaxRetriesPerRequestError' });
    expect(toProblem(error).detail).toMatch(/Redis/);
  });

  it('when to try again, if a dependency is away', () => {
    expect(toProblem(coded('ECONNREFUSED')).extra.headers).toMatchObject({
      'Retry-After': expect.any(String),
    });
  });

  it('each wrong field by its path, and how many there are', () => {
    const problem = Problem.invalid([{ path: 'url', message: 'is wrong' }, { path: 'name', message: 'is missing' }]);
    expect(problem.toJSON()).toMatchObject({
      detail: 'url: is wrong (and 1 more)',
      errors: [{ path: 'url', message: 'is wrong' }, { path: 'name', message: 'is missing' }],
    });
  }); // prettier-ignore
});

import { UniqueConstraintViolationException, ValidationError } from '@mikro-orm/core';
import { describeError, safeMessage } from './describe-error';

const MARKER = 'the-secret-of-a-customer';

/** As the PostgreSQL driver throws it. */
function driverError(code: string, message: string): Error {
  return Object.assign(new Error(message), {
    name: 'error',
    severity: 'ERROR',
    code,
    detail: `Failing row contains (1, ${MARKER}).`,
    where: `unnamed portal parameter $1 = '${MARKER}'`,
    internalQuery: MARKER,
    hint: MARKER,
    table: 'webhooks',
    constraint: 'webhooks_name_check',
  });
}

describe('what a log says about an error', () => {
  const errors: [string, Error][] = [
    ['of a check', driverError('23514', `new row violates check "${MARKER}"`)],
    ['of a type', driverError('22P02', `invalid input syntax for type uuid: "${MARKER}"`)],
    ['of the syntax', driverError('42601', `syntax error at or near "${MARKER}"`)],
    ['that a trigger raised', driverError('P0001', MARKER)],
    [
      'that MikroORM wrapped with its statement',
      new UniqueConstraintViolationException(driverError('23505', `insert into "a" values ('${MARKER}') - duplicate key`)),
    ],
    ['of a value that MikroORM rejects', new ValidationError(`Trying to set A.b to '${MARKER}'`)],
    ['of a JSON text', jsonError(MARKER)],
    ['of a JSON text of several lines', jsonError(`{"a": "${MARKER}\n"`)],
    [
      'with lines in its message that look like frames',
      driverError('22000', `bad\n    at ${MARKER} (/a.js:1:2)\n    at x (/b.js:1:2)`),
    ],
    ['in the cause of another', new Error('wrapped', { cause: driverError('22000', MARKER) })],
    [
      'of a migration',
      Object.assign(new Error(`Migration m (up) failed: Original error: ${MARKER}`), {
        jse_cause: driverError('22000', MARKER),
      }),
    ],
  ]; // prettier-ignore

  it.each(errors)('has no value of an error %s', (_, error) => {
    expect(JSON.stringify(describeError(error))).not.toContain(MARKER);
    expect(safeMessage(error)).not.toContain(MARKER);
    expect(describeError(error).message).not.toBe('');
  });

  it('names the code, the constraint and the table, and where it came from', () => {
    expect(describeError(driverError('23514', MARKER))).toMatchObject({
      type: 'error',
      code: '23514',
      message: 'PostgreSQL rejected a statement (23514, constraint webhooks_name_check)',
      table: 'webhooks',
      constraint: 'webhooks_name_check',
      stack: expect.stringMatching(/describe-error\.spec\.ts:\d+:\d+/),
    });
  });

  it('keeps messages about the server, and those of our own errors', () => {
    expect(safeMessage(driverError('57P01', 'terminating connection due to administrator command'))).toBe(
      'terminating connection due to administrator command',
    );
    expect(safeMessage(new TypeError('x is not a function'))).toBe('x is not a function');
  });

  it('says nothing of what is thrown without being an error', () => {
    expect(JSON.stringify(describeError(MARKER))).not.toContain(MARKER);
    expect(JSON.stringify(describeError({ message: MARKER }))).not.toContain(MARKER);
  });
});

function jsonError(text: string): Error {
  try {
    JSON.parse(text);
  } catch (error) {
    return error as Error;
  }
  throw new Error('It is JSON');
}

import { customHeaderErrors, maskHeaders, withStoredValues } from './custom-headers';

describe('custom headers', () => {
  it.each([
    ['an API key', { 'X-Api-Key': 'abc' }],
    ['Authorization, which is the customer’s own', { Authorization: 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.x' }],
    ['Cookie', { Cookie: 'a=b; c=d' }],
    ['an unusual but valid name', { "x.!#$%&'*+^_`|~9": 'v' }],
    ['a tab and spaces inside of the value', { 'X-A': 'a\tb  c' }],
    ['a value of the greatest length', { 'X-A': 'v'.repeat(4_096) }],
    ['nothing', {}],
  ])('accepts %s', (_, headers) => expect(customHeaderErrors(headers as Record<string, string>)).toEqual([]));

  it.each([
    ['Content-Type'],
    ['content-type'],
    ['USER-AGENT'],
    ['Host'],
    ['Content-Length'],
    ['Content-Encoding'],
    ['Transfer-Encoding'],
    ['Connection'],
    ['Keep-Alive'],
    ['TE'],
    ['Trailer'],
    ['Upgrade'],
    ['Expect'],
    ['Proxy-Authorization'],
    ['Proxy-Connection'],
    ['X-Webhook-Signature'],
    ['x-webhook-event'],
    ['X-Webhook-Anything'],
    ['webhook-id'],
    ['Webhook-Signature'],
    ['webhook-timestamp'],
  ])('refuses the reserved name %s', (name) => {
    // prettier-ignore
    expect(customHeaderErrors({ [name]: 'v' })).toEqual([{ path: `headers.${name}`, message: 'is reserved and cannot be set' }]);
  });

  it.each([
    ['an empty name', { '': 'v' }, 'is not a valid header name'],
    ['a name with a space', { 'X A': 'v' }, 'is not a valid header name'],
    ['a name with a colon', { 'X:A': 'v' }, 'is not a valid header name'],
    ['a name with a line break', { 'X\r\nA': 'v' }, 'is not a valid header name'],
    ['a name that is not ASCII', { Ünï: 'v' }, 'is not a valid header name'],
    ['a name that is too long', { ['x'.repeat(101)]: 'v' }, 'has a name longer'],
    ['a value with CR LF', { 'X-A': 'v\r\nX-Webhook-Signature: forged' }, 'must be printable ASCII'],
    ['a value with a lone LF', { 'X-A': 'v\nw' }, 'must be printable ASCII'],
    ['a value with NUL', { 'X-A': 'v\0' }, 'must be printable ASCII'],
    ['a value that is not ASCII', { 'X-A': 'naïve' }, 'must be printable ASCII'],
    ['a value with spaces around it', { 'X-A': ' v' }, 'must be printable ASCII'],
    ['an empty value', { 'X-A': '' }, 'must be printable ASCII'],
    ['a value that is too long', { 'X-A': 'v'.repeat(4_097) }, 'is longer than'],
    ['a value that is no string', { 'X-A': 1 }, 'must be a string'],
    ['a masked value that is not the stored one', { 'X-A': '••••9999' }, 'is masked'],
  ])('refuses %s', (_, headers, message) => {
    const errors = customHeaderErrors(headers as unknown as Record<string, string>);
    expect(errors).toHaveLength(1);
    expect(errors[0].message).toContain(message);
  });

  it('refuses a name that is there twice in another case', () => {
    expect(customHeaderErrors({ 'X-A': '1', 'x-a': '2' })).toEqual([
      { path: 'headers.x-a', message: 'is there twice' },
    ]);
  });

  it('refuses more than 20 headers, and more than 6 KiB in all', () => {
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`X-${i}`, 'v']));
    expect(customHeaderErrors(many)).toEqual([{ path: 'headers', message: 'has more than 20 headers' }]);
    const large = { 'X-A': 'v'.repeat(4_000), 'X-B': 'v'.repeat(4_000) };
    expect(customHeaderErrors(large)).toEqual([
      { path: 'headers', message: 'is larger than 6144 bytes in all' },
    ]);
  });
});

describe('masking', () => {
  it('shows the last four characters of a long value and nothing of a short one', () => {
    expect(
      maskHeaders({ 'X-Api-Key': 'key-0123456789-wxyz', 'X-Short': 'hunter2', 'X-Eleven': '12345678901' }),
    ).toEqual({
      'X-Api-Key': '••••wxyz',
      'X-Short': '••••',
      'X-Eleven': '••••',
    });
  });
});

describe('headers of a PATCH', () => {
  const stored = { 'X-Api-Key': 'key-0123456789-wxyz', 'X-Short': 'hunter2' };

  it('keeps the values that come back as they were answered', () => {
    expect(withStoredValues(maskHeaders(stored), stored)).toEqual(stored);
  });

  it('keeps a value whose name comes back in another case', () => {
    expect(withStoredValues({ 'x-api-key': '••••wxyz' }, stored)).toEqual({
      'x-api-key': 'key-0123456789-wxyz',
    });
  });

  it('takes a new value, and drops what is not named', () => {
    expect(withStoredValues({ 'X-Short': 'correct horse' }, stored)).toEqual({ 'X-Short': 'correct horse' });
  });

  it('does not hand a stored value to another header', () => {
    const moved = withStoredValues({ 'X-Other': '••••wxyz' }, stored);
    expect(moved).toEqual({ 'X-Other': '••••wxyz' });
    expect(customHeaderErrors(moved)).toHaveLength(1);
  });
});

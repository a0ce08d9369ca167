import { etagOf, versionsOf } from './etag';

describe('If-Match', () => {
  it.each([
    [undefined, undefined],
    ['*', undefined],
    ['"3"', [3]],
    ['"3", "4"', [3, 4]],
    ['W/"3"', [3]],
    ['3', [-1]],
    ['"x"', [-1]],
    ['', [-1]],
    ['"99999999999999999999"', [-1]],
  ])('%p allows the versions %p', (header, versions) => expect(versionsOf(header)).toEqual(versions));

  it('understands the ETag that was answered', () => expect(versionsOf(etagOf(7))).toEqual([7]));
});

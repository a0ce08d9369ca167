import { adminRequest } from './admin-request';

const of = (query: object, body?: unknown) => adminRequest({ method: 'POST', params: {}, query, body });

describe('what AdminJS gets of a request', () => {
  it.each<[object, object]>([
    [{ page: '2', perPage: '50', q: 'x' }, { page: '2', perPage: '50', q: 'x' }],
    [{ page: '-1', perPage: 'abc' }, {}],
    [{ sortBy: 'evil', direction: 'evil', unknown: '1' }, {}],
    [{ 'filters.name': 'a\0b' }, { 'filters.name': 'a\ufffdb' }],
    [{ 'filters.createdAt~~from': 'x' }, { 'filters.createdAt~~from': 'x' }],
    [{ 'filters.name': 'x', 'filters.name~~from': 'y' }, { 'filters.name': 'x' }],
    [{ 'filters.constructor': 'x', 'filters.toString~~from': 'x', 'filters.a.b': 'x', filters: 'x' }, {}],
    [{ 'filters.name': ['x', 'y'] }, { 'filters.name': 'x' }],
    [JSON.parse('{"__proto__":"x","constructor":"y"}') as object, {}],
  ])('query %j: %j', (query, expected) => {
    expect(of(query).query).toEqual(expected);
  }); // prettier-ignore

  it.each<[unknown, object]>([
    [{ reason: 'x', count: 1, list: [1], nested: { a: 1 } }, { reason: 'x' }],
    [JSON.parse('{"__proto__":"x","constructor":"x","reason":"y"}'), { reason: 'y' }],
    [{ reason: '\ud800' }, { reason: '\ufffd' }],
    [['x'], {}],
    ['x', {}],
    [null, {}],
    [undefined, {}],
  ])('body %j: %j', (body, expected) => {
    expect(of({}, body).payload).toEqual(expected);
  });

  it('should take no more rows at once than a list shows', () => {
    const ids = Array.from({ length: 300 }, (_, i) => `dlv_${i}`).join(',');
    expect(of({ recordIds: ids }).query['recordIds']?.split(',')).toHaveLength(100);
  });
});

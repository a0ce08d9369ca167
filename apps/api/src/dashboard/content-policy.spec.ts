import { contentPolicy } from './content-policy';

describe("the dashboard page's content security policy", () => {
  it('lets nobody frame it unless an origin is allowed', () => {
    expect(contentPolicy('n', [])).toContain(`frame-ancestors 'none'`);
    expect(contentPolicy('n', ['https://app.skipcalls.com', 'https://skipcalls.com'])).toMatch(
      /frame-ancestors https:\/\/app\.skipcalls\.com https:\/\/skipcalls\.com$/,
    );
  });

  it('lets it run no script and load nothing but its own', () => {
    const policy = contentPolicy('abc', []);
    expect(policy).toMatch(/default-src 'none'; script-src 'self'; style-src 'self' 'nonce-abc'/);
    expect(policy).not.toMatch(/unsafe|\*|data:|https:/);
  });
});

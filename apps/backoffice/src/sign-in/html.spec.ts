import { bouncePage, errorPage, html, messageBox, plainPage } from './html';

const MARKUP = `<img src=x onerror="alert('1')">&`;

describe('HTML pages', () => {
  it('should escape every value by default', () => {
    expect(html`<p title="${MARKUP}">${MARKUP}</p>`.toString()).toBe(
      '<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;">&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;</p>',
    );
  });

  it('should keep markup of other templates, also in lists, and leave out what is absent', () => {
    const items = ['a', '<b>'].map((text) => html`<li>${text}</li>`);
    expect(html`${items}${null}${undefined}${false}${0}`.toString()).toBe('<li>a</li><li>&lt;b&gt;</li>0');
  });

  it.each([
    ['an error page', errorPage(404, MARKUP)],
    ['a page', plainPage(MARKUP, messageBox({ kind: 'error', text: MARKUP }))],
    ['a bounce page', bouncePage(`/admin?${MARKUP}`)],
  ])('should hold no markup of a request: %s', (_name, page) => {
    expect(page).not.toContain('<img src=x');
    expect(page).toContain('&lt;img src=x');
  });
});

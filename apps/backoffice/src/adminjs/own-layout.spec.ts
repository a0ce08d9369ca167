import { ownLayout } from './own-layout';

const PAGE = `
  <head>
    <script>
      window.REDUX_STATE = {"name":"</script><script>alert(1)</script>"};
      window.THEME = {};
    </script>
    <link rel="stylesheet" href="https://fonts.googleapis.com/css?family=Roboto:300,400,500,700" type="text/css">
    <script src="/admin/frontend/assets/app.bundle.js"></script>
  </head>`;

describe('AdminJS’s page as ours', () => {
  const page = ownLayout(PAGE, 'abc');

  it('should load nothing from outside', () => {
    expect(page).not.toMatch(/https?:\/\//);
  });

  it('should not let data end a script', () => {
    expect(page).toContain(String.raw`{"name":"\u003c/script>\u003cscript>alert(1)\u003c/script>"}`);
  });

  it('should give every script that was there the nonce, and no other', () => {
    expect(page.match(/<script nonce="abc"/g)).toHaveLength(2);
    expect(page.match(/<script/g)).toHaveLength(2);
  });
});

import { Tabs } from 'radix-ui';
import { useState } from 'react';
import { Page } from '../../shell/page';
import { Code } from '../../ui/code';
import { Checker } from './checker';
import { SNIPPETS } from './snippets';

export function VerifyPage() {
  const [language, setLanguage] = useState(SNIPPETS[0]!.id);
  return (
    <Page
      title="Verify signatures"
      intro="If a webhook has a secret, every request carries a signature. Check it before you trust the data: only SkipCalls and you know the secret."
    >
      <div className="stack" style={{ gap: 40 }}>
        <section className="stack" aria-labelledby="how-title">
          <h2 id="how-title">In your code</h2>
          <p className="prose soft" style={{ maxWidth: '75ch' }}>
            <code className="inline">X-Webhook-Signature</code> is the HMAC-SHA256 of the raw request body in
            lower-case hex; the key is your webhook’s secret, exactly as it is. Compute the same and compare,
            in constant time.
          </p>
          <Tabs.Root value={language} onValueChange={setLanguage}>
            <Tabs.List className="tabs-list small-gap" aria-label="Language">
              {SNIPPETS.map(({ id, name }) => (
                <Tabs.Trigger key={id} className="tab" value={id}>
                  {name}
                </Tabs.Trigger>
              ))}
            </Tabs.List>
            {SNIPPETS.map(({ id, name, code }) => (
              <Tabs.Content key={id} value={id} tabIndex={-1}>
                <Code title={`Verifying in ${name}`} text={code} plain />
              </Tabs.Content>
            ))}
          </Tabs.Root>
          <details className="card padded">
            <summary>Prefer a library? Requests follow Standard Webhooks, too.</summary>
            <div className="stack tight prose" style={{ marginTop: 10 }}>
              <p>
                The headers <code className="inline">webhook-id</code>,{' '}
                <code className="inline">webhook-timestamp</code> and{' '}
                <code className="inline">webhook-signature</code> follow Standard Webhooks 1.0, so its
                libraries (for instance <code className="inline">standardwebhooks</code> on npm and PyPI)
                verify them as they are, with the time of the request included. They expect a secret that
                begins with <code className="inline">whsec_</code>, as “Generate” makes it.
              </p>
              <p>
                <code className="inline">webhook-id</code> stays the same on every attempt: keep it, and drop
                what you have seen before.
              </p>
            </div>
          </details>
        </section>
        <Checker />
      </div>
    </Page>
  );
}

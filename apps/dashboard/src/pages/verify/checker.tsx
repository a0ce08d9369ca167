import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { diagnose, type Verdict } from '../../signature/diagnose';
import { Button } from '../../ui/button';
import { CopyButton } from '../../ui/copy';
import { Field } from '../../ui/field';
import { Banner } from '../../ui/states';

const EMPTY = { body: '', signature: '', secret: '', id: '', timestamp: '' };

/** Checks a signature without sending anything anywhere. */
export function Checker() {
  const [values, setValues] = useState(EMPTY);
  const [missing, setMissing] = useState(false);
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const standard = /(^|\s)v1a?,/.test(values.signature);
  const set = (name: keyof typeof EMPTY, value: string): void => {
    setValues((before) => ({ ...before, [name]: value }));
    setVerdict(null);
    setMissing(false);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const incomplete = values.body === '' || values.signature.trim() === '' || values.secret === '';
    setMissing(incomplete);
    if (!incomplete) void diagnose(values).then(setVerdict);
  };
  const needed = (name: keyof typeof EMPTY): string | null =>
    missing && values[name].trim() === '' ? 'This is needed' : null;
  return (
    <section className="stack" aria-labelledby="checker-title">
      <div>
        <h2 id="checker-title">Signature checker</h2>
        <p className="soft">
          Does it not match? Paste what your server has received. Everything is computed in your browser;
          nothing is sent anywhere.
        </p>
      </div>
      {!globalThis.crypto?.subtle && (
        <Banner kind="warn" title="This browser cannot compute signatures here">
          Browsers only do over https, or on localhost.
        </Banner>
      )}
      <form className="card padded stack" onSubmit={submit} noValidate aria-label="Signature checker">
        <Field
          label="Raw request body"
          error={needed('body')}
          hint="Exactly as it arrived, to the last character."
        >
          {(control) => (
            <textarea
              {...control}
              className="input mono"
              rows={6}
              spellCheck={false}
              value={values.body}
              placeholder='{"id":"evt_…","type":"CALL_COMPLETED",…}'
              onChange={(event) => set('body', event.target.value)}
            />
          )}
        </Field>
        <Field
          label="Signature"
          error={needed('signature')}
          hint={
            <>
              The value of <code className="inline">X-Webhook-Signature</code> or of{' '}
              <code className="inline">webhook-signature</code>; or what your own code has computed.
            </>
          }
        >
          {(control) => (
            <input
              {...control}
              className="input mono"
              spellCheck={false}
              autoComplete="off"
              value={values.signature}
              onChange={(event) => set('signature', event.target.value)}
            />
          )}
        </Field>
        {standard && (
          <div className="choices two">
            <Field label="webhook-id">
              {(control) => (
                <input
                  {...control}
                  className="input mono"
                  value={values.id}
                  placeholder="evt_…"
                  onChange={(event) => set('id', event.target.value)}
                />
              )}
            </Field>
            <Field label="webhook-timestamp">
              {(control) => (
                <input
                  {...control}
                  className="input mono"
                  inputMode="numeric"
                  value={values.timestamp}
                  onChange={(event) => set('timestamp', event.target.value)}
                />
              )}
            </Field>
          </div>
        )}
        <Field label="Secret" error={needed('secret')}>
          {(control) => (
            <input
              {...control}
              className="input mono"
              type="password"
              spellCheck={false}
              autoComplete="off"
              value={values.secret}
              onChange={(event) => set('secret', event.target.value)}
            />
          )}
        </Field>
        <div className="row">
          <Button type="submit" look="primary">
            Check signature
          </Button>
          <Button
            look="quiet"
            onClick={() => {
              setValues(EMPTY);
              setVerdict(null);
              setMissing(false);
            }}
          >
            Clear
          </Button>
        </div>
        <div role="status">{verdict && <Result verdict={verdict} />}</div>
      </form>
    </section>
  );
}

function Result({ verdict }: { verdict: Verdict }) {
  const kind = verdict.matches ? 'good' : verdict.certain ? 'bad' : 'warn';
  const Icon = { good: CircleCheck, bad: CircleX, warn: TriangleAlert }[kind];
  return (
    <div className={`banner ${kind}`}>
      <Icon size={18} aria-hidden="true" />
      <div className="grow stack tight">
        <div>
          <p className="banner-title">
            {verdict.matches || /^Two more/.test(verdict.title)
              ? verdict.title
              : `It does not match. ${verdict.title}`}
          </p>
          <p>{verdict.advice}</p>
        </div>
        {!verdict.matches && verdict.expected && (
          <div className="row small">
            <span className="soft">For this body and secret it is</span>
            <span className="mono truncate">{verdict.expected}</span>
            <CopyButton text={verdict.expected} label="Copy the expected signature" />
          </div>
        )}
      </div>
    </div>
  );
}

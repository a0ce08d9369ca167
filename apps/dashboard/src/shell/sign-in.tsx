import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type FormEvent } from 'react';
import { api, ApiProblem } from '../api/client';
import { Button } from '../ui/button';
import { Field, focusFirstError } from '../ui/field';
import { Banner } from '../ui/states';
import { Mark } from './brand';

/** For who comes without a link from the product: an API key opens the dashboard as well. */
export function SignIn() {
  const client = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [apiKey, setApiKey] = useState('');
  const [missing, setMissing] = useState(false);
  const linkFailed = new URLSearchParams(window.location.search).get('link') !== null;
  const signIn = useMutation({
    mutationFn: () => api.post('/session', { apiKey: apiKey.trim() }),
    onSuccess: () => client.resetQueries(),
    onError: () => focusFirstError(form.current),
    gcTime: 0,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setMissing(apiKey.trim() === '');
    if (apiKey.trim() === '') focusFirstError(form.current);
    else signIn.mutate();
  };
  const problem = signIn.error instanceof ApiProblem ? signIn.error : null;
  const error = missing ? 'Paste an API key' : problem && (problem.fieldError('apiKey') ?? problem.detail);
  return (
    <main className="signin">
      <div className="signin-card stack loose">
        <div className="stack">
          <Mark />
          <div>
            <h1>Sign in to SkipCalls</h1>
            <p className="soft">
              Open this page from Settings in your SkipCalls account, or paste one of your API keys.
            </p>
          </div>
          {linkFailed && (
            <Banner kind="warn" title="This link cannot be used any more">
              A link opens the dashboard once, and for a few minutes only. Ask for a new one, or use an API
              key.
            </Banner>
          )}
        </div>
        <form ref={form} className="stack" onSubmit={submit} noValidate>
          <Field
            label="API key"
            error={error}
            hint="The key stays in your browser until you sign in; then a cookie that scripts cannot read takes its place."
          >
            {(control) => (
              <input
                {...control}
                className="input mono"
                type="password"
                autoComplete="off"
                spellCheck={false}
                placeholder="skc_live_…"
                value={apiKey}
                onChange={(event) => setApiKey(event.target.value)}
              />
            )}
          </Field>
          <Button type="submit" look="primary" busy={signIn.isPending}>
            Sign in
          </Button>
        </form>
      </div>
    </main>
  );
}

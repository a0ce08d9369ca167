import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LogOut } from 'lucide-react';
import { api } from '../../api/client';
import { useSession } from '../../api/queries';
import { browserZone, setPreferences, usePreferences, useZone, type Theme } from '../../lib/preferences';
import { fullTime, zoneLabel } from '../../lib/time';
import { Page } from '../../shell/page';
import { Button } from '../../ui/button';
import { Choice, Field, FieldSet } from '../../ui/field';
import { Time, useNow } from '../../ui/time';
import { useToast } from '../../ui/toast';

const THEMES: [Theme, string][] = [
  ['system', 'As my device'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

export function PreferencesPage() {
  const { theme, timeZone } = usePreferences();
  const zone = useZone();
  const now = useNow(1000);
  const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC')];
  return (
    <Page title="Preferences" crumbs={[{ name: 'Settings', to: '/settings' }]} intro="Kept in this browser.">
      <div className="stack loose" style={{ maxWidth: 560 }}>
        <Field label="Time zone" hint={`Now: ${fullTime(now, zone).replace(/\.\d+/, '')}`}>
          {(control) => (
            <select
              {...control}
              className="input"
              value={timeZone ?? ''}
              onChange={(event) => setPreferences({ timeZone: event.target.value || null })}
            >
              <option value="">
                As my browser: {browserZone.replaceAll('_', ' ')} ({zoneLabel(browserZone, now)})
              </option>
              {zones.map((name) => (
                <option key={name} value={name}>
                  {name.replaceAll('_', ' ')}
                </option>
              ))}
            </select>
          )}
        </Field>
        <FieldSet label="Appearance">
          <div className="choices">
            {THEMES.map(([value, title]) => (
              <Choice
                key={value}
                type="radio"
                name="theme"
                value={value}
                title={title}
                checked={theme === value}
                onChange={() => setPreferences({ theme: value })}
              />
            ))}
          </div>
        </FieldSet>
        <SessionBox />
      </div>
    </Page>
  );
}

function SessionBox() {
  const session = useSession();
  const client = useQueryClient();
  const toast = useToast();
  const signOut = useMutation({
    mutationFn: () => api.delete('/session'),
    onSuccess: () => client.resetQueries(),
    onError: toast.fail,
  });
  return (
    <section className="stack tight" aria-labelledby="session-title">
      <h2 id="session-title">Session</h2>
      <p className="soft">
        Signed in for <strong>{session.data?.account.name}</strong>
        {session.data?.expiresAt && (
          <>
            {' '}
            until <Time at={session.data.expiresAt} />
          </>
        )}
        .
      </p>
      <div>
        <Button
          icon={<LogOut size={15} aria-hidden="true" />}
          busy={signOut.isPending}
          onClick={() => signOut.mutate()}
        >
          Sign out
        </Button>
      </div>
    </section>
  );
}

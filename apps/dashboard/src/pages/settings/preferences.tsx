import { browserZone, setPreferences, usePreferences, useZone, type Theme } from '../../lib/preferences';
import { fullTime, zoneLabel } from '../../lib/time';
import { Page } from '../../shell/page';
import { Choice, Field, FieldSet } from '../../ui/field';
import { useNow } from '../../ui/time';
import { SessionBox } from './sessions';

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
      </div>
      <SessionBox />
    </Page>
  );
}

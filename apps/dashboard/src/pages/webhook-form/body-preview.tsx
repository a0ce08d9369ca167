import { useEffect, useMemo, useState } from 'react';
import { useEventTypes } from '../../api/queries';
import type { EventType, PayloadFormat } from '../../api/types';
import { EVENT_TYPES } from '../../lib/event-types';
import { signBody } from '../../signature/hmac';
import { Code, Headers } from '../../ui/code';
import { ErrorState, Skeleton } from '../../ui/states';

/** What a receiver will get, in the chosen format, from the API's own examples. */
export function BodyPreview({
  format,
  events,
  secret,
}: {
  format: PayloadFormat;
  events: EventType[];
  secret: string;
}) {
  const types = useEventTypes();
  const choices = events.length > 0 ? events : EVENT_TYPES;
  const [chosen, setChosen] = useState<EventType>('CALL_COMPLETED');
  const type = choices.includes(chosen) ? chosen : choices[0]!;
  const example = types.data?.find((each) => each.type === type)?.example[format];
  const text = useMemo(() => (example ? JSON.stringify(example) : ''), [example]);
  const signature = useSignature(text, secret);
  if (types.isPending) return <Skeleton label="Loading the examples" rows={8} />;
  if (types.error) return <ErrorState error={types.error} onRetry={() => void types.refetch()} />;
  return (
    <section className="stack" aria-labelledby="preview-title">
      <div className="row wrap between">
        <h2 id="preview-title">Preview</h2>
        <label className="row small">
          <span className="visually-hidden">Event to preview</span>
          <select
            className="input compact"
            value={type}
            onChange={(event) => setChosen(event.target.value as EventType)}
          >
            {choices.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      </div>
      <Headers
        title="Headers"
        headers={{
          'Content-Type': 'application/json',
          'X-Webhook-Event': type,
          ...(signature ? { 'X-Webhook-Signature': signature } : {}),
        }}
      />
      <Code
        title={`Body, format ${format === 'DEFAULT' ? 'Default' : 'Zapier'}`}
        text={text}
        format
        searchable
        note="An example. Sections with nothing to say are null or empty, never left out."
      />
    </section>
  );
}

/** The signature that the example would carry. */
function useSignature(text: string, secret: string): string | null {
  const [signature, setSignature] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    // Browsers have WebCrypto in secure contexts only: https, or localhost.
    if (secret === '' || text === '' || !crypto.subtle) setSignature(null);
    else void signBody(text, secret).then((value) => current && setSignature(value));
    return () => {
      current = false;
    };
  }, [text, secret]);
  return signature;
}

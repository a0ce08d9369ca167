import { useState } from 'react';
import { useEventTypes } from '../../api/queries';
import type { EventType } from '../../api/types';
import { EVENT_TYPES } from '../../lib/event-types';
import { MESSAGE_TYPE_NAMES, type MessageType } from '../../lib/webhook-type';
import { ErrorState, Skeleton } from '../../ui/states';

/** A message as all three services show it: the parts that their formats have in common. */
interface Shown {
  title: string;
  lead: string;
  facts: [label: string, value: string][];
  texts: string[];
}

/** What will appear in the channel, from the API's own sample messages. */
export function MessagePreview({ type, events }: { type: MessageType; events: EventType[] }) {
  const types = useEventTypes();
  const choices = events.length > 0 ? events : EVENT_TYPES;
  const [chosen, setChosen] = useState<EventType>('CALL_COMPLETED');
  const event = choices.includes(chosen) ? chosen : choices[0]!;
  if (types.isPending) return <Skeleton label="Loading the examples" rows={8} />;
  if (types.error) return <ErrorState error={types.error} onRetry={() => void types.refetch()} />;
  const message = types.data.find((each) => each.type === event)?.messages[type];
  if (message === undefined) return null;
  const { title, lead, facts, texts } = READERS[type](message);
  return (
    <section className="stack" aria-labelledby="preview-title">
      <div className="row wrap between">
        <h2 id="preview-title">Preview in {MESSAGE_TYPE_NAMES[type]}</h2>
        <label className="row small">
          <span className="visually-hidden">Event to preview</span>
          <select
            className="input compact"
            value={event}
            onChange={({ target }) => setChosen(target.value as EventType)}
          >
            {choices.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      </div>
      <div className="card padded stack">
        <h3 dir="auto">{title}</h3>
        {lead !== '' && <p dir="auto">{lead}</p>}
        <dl className="facts">
          {facts.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ))}
        </dl>
        {texts.map((text) => (
          <p key={text} dir="auto" style={{ whiteSpace: 'pre-line' }}>
            {text}
          </p>
        ))}
      </div>
      <p className="small">An example. Long texts are shortened to what {MESSAGE_TYPE_NAMES[type]} allows.</p>
    </section>
  );
}

const READERS: Record<MessageType, (message: any) => Shown> = {
  SLACK: ({ text, blocks }) => ({
    title: plain(blocks[0].text.text),
    lead: plain(text.split('\n')[1] ?? ''),
    facts: blocks[1].fields.map(({ text: field }: { text: string }) => {
      const [label = '', ...value] = field.split('\n');
      return [plain(label), plain(value.join(' '))];
    }),
    texts: blocks.slice(2).map((block: { text: { text: string } }) => plain(block.text.text)),
  }),
  DISCORD: ({ content, embeds: [embed] }) => ({
    title: unescaped(embed.title),
    lead: unescaped(content),
    facts: embed.fields
      .filter(({ inline }: { inline: boolean }) => inline)
      .map(({ name, value }: { name: string; value: string }) => [name, unescaped(value)]),
    texts: [
      ...(embed.description ? [unescaped(embed.description)] : []),
      ...embed.fields
        .filter(({ inline }: { inline: boolean }) => !inline)
        .map(({ name, value }: { name: string; value: string }) => `${name}\n${unescaped(value)}`),
    ],
  }),
  TEAMS: ({ attachments: [{ content }] }) => {
    const [title, lead, facts, ...rest] = content.body;
    return {
      title: unescaped(title.text),
      lead: lead.inlines[0].text,
      facts: facts.facts.map((fact: { title: string; value: string }) => [fact.title, unescaped(fact.value)]),
      texts: [
        ...rest.map(
          (each: { text?: string; inlines?: { text: string }[] }) => each.text ?? each.inlines![0]!.text,
        ),
        ...content.actions.map((action: { title: string }) => action.title),
      ],
    };
  },
};

/** Slack's markup as it is shown: bold labels, links by their text, and the three escaped characters. */
function plain(mrkdwn: string): string {
  const text = mrkdwn.replace(/<[^|>]+\|([^>]+)>/g, '$1').replace(/^\*(.+)\*$/gm, '$1');
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function unescaped(markdown: string): string {
  return markdown.replace(/\[([^\]]+)\]\([^)]+\)/g, '$1').replace(/\\([^\w\s])/g, '$1');
}

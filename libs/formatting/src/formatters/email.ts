import type { CallData, Transcript } from '../call-data';
import { callMessage, oneLine, type CallMessage } from '../messages/call-message';
import { truncate } from '../messages/truncate';
import type { Formatter } from './formatter';

/** What one email says. Its sender adds the addresses and the link that ends the subscription. */
export interface EmailContent {
  /** One line. */
  subject: string;
  text: string;
  html: string;
}

/** RFC 5322 allows 998; longer ones are cut by every mail program. */
const MAX_SUBJECT_LENGTH = 200;
const MAX_SUMMARY_LENGTH = 10_000;
/** A transcript of 400 turns is longer than a mail that people read; the rest is in the recording. */
const MAX_TRANSCRIPT_LENGTH = 20_000;

/** A call as an email, as JSON of `EmailContent`. */
export const emailFormatter: Formatter<'EMAIL'> = {
  name: 'EMAIL',

  render(event) {
    const message = callMessage(event);
    const { transcript } = JSON.parse(event.data) as CallData;
    const content: EmailContent = {
      subject: truncate(oneLine(message.headline), MAX_SUBJECT_LENGTH),
      text: asText(message, transcript),
      html: asHtml(message, transcript),
    };
    return Buffer.from(JSON.stringify(content), 'utf8');
  },
};

function asText(message: CallMessage, transcript: Transcript | null): string {
  const parts = [
    message.headline,
    message.sentence,
    message.facts.map(([label, value]) => `${label}: ${value}`).join('\n'),
    message.summary && truncate(message.summary, MAX_SUMMARY_LENGTH),
    ...[message.checks, message.nextSteps].map((part) => part && [part.title, ...part.lines].join('\n')),
    message.link && `${message.link.text}: ${message.link.url}`,
    transcript && `Transcript\n${truncate(transcript.text, MAX_TRANSCRIPT_LENGTH)}`,
  ];
  return parts.filter(Boolean).join('\n\n');
}

/** Inline styles only: many mail programs drop all others. `dir="auto"` puts each text the way its script runs. */
function asHtml(message: CallMessage, transcript: Transcript | null): string {
  const facts = message.facts.map(
    ([label, value]) =>
      `<tr><td style="padding:2px 16px 2px 0;color:#57606a">${escape(label)}</td><td dir="auto">${escape(value)}</td></tr>`,
  );
  const list = (part: CallMessage['checks']): string =>
    part
      ? `<h2 style="font-size:15px;margin:20px 0 4px">${escape(part.title)}</h2>` +
        part.lines.map((line) => `<div dir="auto" style="margin:2px 0">${escape(line)}</div>`).join('')
      : '';
  const paragraph = (text: string, max: number): string =>
    `<p dir="auto" style="white-space:pre-line">${truncate(text, max, escape)}</p>`;
  return (
    `<div style="font-family:system-ui,sans-serif;font-size:14px;line-height:1.5;color:#1f2328;max-width:640px">` +
    `<h1 dir="auto" style="font-size:18px;margin:0 0 8px">${escape(message.headline)}</h1>` +
    `<p dir="auto">${escape(message.sentence)}</p>` +
    `<table style="border-collapse:collapse;font-size:14px">${facts.join('')}</table>` +
    (message.summary ? paragraph(message.summary, MAX_SUMMARY_LENGTH) : '') +
    list(message.checks) +
    list(message.nextSteps) +
    (message.link
      ? `<p style="margin:20px 0"><a href="${escape(message.link.url)}">${escape(message.link.text)}</a></p>`
      : '') +
    (transcript
      ? `<h2 style="font-size:15px;margin:20px 0 4px">Transcript</h2>${paragraph(transcript.text, MAX_TRANSCRIPT_LENGTH)}`
      : '') +
    `</div>`
  );
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

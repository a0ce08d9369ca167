import React, { useEffect, useState } from 'react';
import { Link, useNavigate } from 'react-router-dom';
import type { Answer, Asked } from '../adminjs/asks-first';
import type { Done, Field } from '../actions/staff-action';
import { call, type Failure } from './parts/api';
import type { PageProps } from './parts/props';
import { Card, CopyButton } from './parts/ui';

/** The form of every action: says what will happen, asks why, and says what was done. */
export default function ActionForm({ action, resource, record, records }: PageProps) {
  const path = pathOf(action.name, resource.id, record?.id, records?.map(({ id }) => id));
  const [asked, setAsked] = useState<Asked | null>((record?.params['asked'] as Asked | undefined) ?? null);
  const [failed, setFailed] = useState<Failure | null>(null);
  const [done, setDone] = useState<Done | null>(null);
  const [isBusy, setBusy] = useState(false);
  const navigate = useNavigate();

  useEffect(() => {
    if (asked) return;
    void call<{ asked?: Asked; failed?: Failure }>(path).then((answer) => {
      if (answer.asked) setAsked(answer.asked);
      else setFailed(answer.failed ?? { detail: 'This is not possible here.', errors: [] });
    });
  }, [path]);

  const submit = async (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const input = Object.fromEntries([...given.entries()].map(([name, value]) => [name, typeof value === 'string' ? value : '']));
    for (const field of asked?.fields ?? []) {
      if (field.type === 'datetime' && input[field.name]) input[field.name] = new Date(input[field.name]).toISOString();
    }
    setBusy(true);
    setFailed(null);
    const answer = await call<Answer>(path, input).catch((): Answer => ({ failed: { detail: 'The server can’t be reached. Nothing is known of what was done.', errors: [] } }));
    setBusy(false);
    if (answer.done) setDone(answer.done);
    else setFailed(answer.failed ?? { detail: 'It did not work.', errors: [] });
  };

  if (done) return <DoneBox done={done} listPath={`/admin/resources/${resource.id}`} />;
  if (!asked) return <div className="bo-page">{failed ? <p className="bo-error" role="alert">{failed.detail}</p> : <p className="bo-none">Loading …</p>}</div>;
  return (
    <div className="bo-page narrow">
      <Card title={record ? `${asked.label}: ${record.title}` : asked.label}>
        <form className="bo-form" onSubmit={(event) => void submit(event)}>
          <p className="bo-question">{asked.question}</p>
          {asked.fields.map((field) => <FieldInput key={field.name} field={field} error={errorOf(failed, field.name)} />)}
          {asked.needsReason && (
            <label>
              <span>Why</span>
              <input name="reason" required minLength={4} maxLength={500} autoFocus placeholder="Ticket number, or who asked for it" />
              <small>It is written to the audit log, with your name.</small>
              {errorOf(failed, 'reason') && <em>{errorOf(failed, 'reason')}</em>}
            </label>
          )}
          {failed && <p className="bo-error" role="alert">{failed.detail}</p>}
          <div className="bo-buttons">
            <button type="submit" disabled={isBusy} className={`bo-button primary ${asked.isDangerous ? 'danger' : ''}`}>{isBusy ? 'Working …' : asked.label}</button>
            <button type="button" className="bo-button" onClick={() => navigate(-1)}>Cancel</button>
          </div>
        </form>
      </Card>
    </div>
  );
} // prettier-ignore

function FieldInput({ field, error }: { field: Field; error: string | undefined }) {
  const common = { name: field.name, required: !field.optional, defaultValue: initialOf(field) };
  return (
    <label>
      <span>{field.label}</span>
      {field.type === 'select' ? (
        <select {...common}>{field.options!.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}</select>
      ) : (
        <input {...common} type={field.type === 'datetime' ? 'datetime-local' : field.type} step={field.type === 'datetime' ? 1 : undefined} min={field.type === 'number' ? 1 : undefined} />
      )}
      {field.hint && <small>{field.hint}</small>}
      {field.type === 'datetime' && <small>In your time zone, {Intl.DateTimeFormat().resolvedOptions().timeZone}.</small>}
      {error && <em>{error}</em>}
    </label>
  );
} // prettier-ignore

function DoneBox({ done, listPath }: { done: Done; listPath: string }) {
  return (
    <div className="bo-page narrow">
      <Card>
        <p className="bo-done" role="status">{done.said}</p>
        {done.shownOnce && (
          <p>
            {done.shownOnce.label}: <code className="bo-once">{done.shownOnce.value}</code> <CopyButton text={done.shownOnce.value} label="Copy" />
            <br />
            <small>It is shown this once.</small>
          </p>
        )}
        <div className="bo-buttons">
          <Link className="bo-button primary" to={done.leadsTo?.path ?? listPath}>{done.leadsTo?.label ?? 'Back to the list'}</Link>
        </div>
      </Card>
    </div>
  );
} // prettier-ignore

function pathOf(action: string, resource: string, id?: string, ids?: string[]): string {
  if (id) return `/resources/${resource}/records/${id}/${action}`;
  if (ids?.length) return `/resources/${resource}/bulk/${action}?recordIds=${ids.join(',')}`;
  return `/resources/${resource}/actions/${action}`;
}

function errorOf(failed: Failure | null, name: string): string | undefined {
  return failed?.errors.find(({ path }) => path === name)?.message;
}

/** A `datetime-local` input wants the reader's own time, without a zone. */
function initialOf(field: Field): string | undefined {
  if (field.type !== 'datetime' || !field.initial) return field.initial;
  const date = new Date(field.initial);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

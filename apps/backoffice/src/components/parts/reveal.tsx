import React, { useState } from 'react';
import { call, type Failure } from './api';

/** What is personal is hidden; whoever has a reason sees it, and the audit log says who and why. */
export function RevealBox<T>({ resource, id, onRevealed }: { resource: 'deliveries' | 'events'; id: string; onRevealed: (view: T) => void }) {
  const [reason, setReason] = useState('');
  const [failed, setFailed] = useState<string | null>(null);
  const reveal = async (event: React.FormEvent) => {
    event.preventDefault();
    const answer = await call<{ record?: { params: { view: T } }; failed?: Failure }>(`/resources/${resource}/records/${id}/reveal`, { reason });
    if (answer.failed || !answer.record) setFailed(answer.failed?.detail ?? 'It could not be shown.');
    else onRevealed(answer.record.params.view);
  };
  return (
    <form className="bo-reveal" onSubmit={(event) => void reveal(event)}>
      <p>Phone numbers, transcript and what was made of them are hidden. Looking at them is written to the audit log, with your name and reason.</p>
      <label>
        Why do you need to see them? <input value={reason} onChange={(event) => setReason(event.target.value)} required minLength={4} maxLength={500} />
      </label>
      <button type="submit" className="bo-button">Reveal</button>
      {failed && <p className="bo-error" role="alert">{failed}</p>}
    </form>
  );
} // prettier-ignore

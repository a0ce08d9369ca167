import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { copyText } from '../lib/clipboard';
import { Button } from './button';

/** Copies a text, and says that it did. With `label` alone it is an icon with that name. */
export function CopyButton({
  text,
  label,
  children,
}: {
  text: string | (() => string);
  label: string;
  children?: string;
}) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  const icon =
    state === 'copied' ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />;
  const copy = async (): Promise<void> =>
    setState((await copyText(typeof text === 'string' ? text : text())) ? 'copied' : 'failed');
  return (
    <>
      <Button
        small
        look={children ? 'default' : 'quiet'}
        icon={icon}
        aria-label={children ? undefined : label}
        title={label}
        onClick={() => void copy()}
      >
        {children}
      </Button>
      <span className="visually-hidden" role="status">
        {state === 'copied'
          ? 'Copied'
          : state === 'failed'
            ? 'Copying is not allowed here; select the text instead'
            : ''}
      </span>
    </>
  );
}

/** An id that can be copied. */
export function Id({ value }: { value: string }) {
  return (
    <span className="row" style={{ gap: 2 }}>
      <span className="mono truncate" title={value}>
        {value}
      </span>
      <CopyButton text={value} label={`Copy ${value}`} />
    </span>
  );
}

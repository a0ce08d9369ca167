import { CircleAlert } from 'lucide-react';
import { useId, type ReactNode } from 'react';

/** What ties a control to its label, hint and error. */
interface ControlProps {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
}

interface Props {
  label: string;
  optional?: boolean;
  hint?: ReactNode;
  error?: string | null;
  children: (control: ControlProps) => ReactNode;
}

/** A labelled control with its hint and what is wrong with it. */
export function Field({ label, optional, hint, error, children }: Props) {
  const id = useId();
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
  return (
    <div className="field">
      <label className="label" htmlFor={id}>
        {label}
        {optional && <span className="optional"> (optional)</span>}
      </label>
      {children({ id, 'aria-describedby': describedBy, 'aria-invalid': error ? true : undefined })}
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && <FieldError id={`${id}-error`} text={error} />}
    </div>
  );
}

/** The same for a group of checkboxes or radios. */
export function FieldSet({
  label,
  hint,
  error,
  children,
}: {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <fieldset
      className="field"
      aria-describedby={error ? `${id}-error` : undefined}
      tabIndex={-1}
      data-invalid={error ? true : undefined}
    >
      <legend>{label}</legend>
      {hint && <p className="hint">{hint}</p>}
      {children}
      {error && <FieldError id={`${id}-error`} text={error} />}
    </fieldset>
  );
}

function FieldError({ id, text }: { id: string; text: string }) {
  return (
    <p className="error" id={id}>
      <CircleAlert size={15} aria-hidden="true" />
      {text}
    </p>
  );
}

export function Choice({
  type,
  name,
  value,
  title,
  text,
  checked,
  onChange,
}: {
  type: 'radio' | 'checkbox';
  name: string;
  value: string;
  title: ReactNode;
  text?: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <label className="choice">
      <input
        type={type}
        name={name}
        value={value}
        checked={checked}
        aria-labelledby={`${id}-title`}
        aria-describedby={text ? `${id}-text` : undefined}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span className="title" id={`${id}-title`}>
        {title}
      </span>
      {text && (
        <span className="text" id={`${id}-text`}>
          {text}
        </span>
      )}
    </label>
  );
}

/** After a refused form: the first control that is wrong takes the focus. */
export function focusFirstError(form: HTMLElement | null): void {
  requestAnimationFrame(() =>
    form?.querySelector<HTMLElement>('[aria-invalid="true"], fieldset[data-invalid] input')?.focus(),
  );
}

import { Plus, X } from 'lucide-react';
import { Button } from '../../ui/button';
import { FieldSet } from '../../ui/field';

export interface HeaderRow {
  key: number;
  name: string;
  value: string;
}

let lastKey = 0;

export function toRows(headers: Record<string, string>): HeaderRow[] {
  return Object.entries(headers).map(([name, value]) => ({ key: ++lastKey, name, value }));
}

export function fromRows(rows: HeaderRow[]): Record<string, string> {
  return Object.fromEntries(
    rows.filter(({ name }) => name.trim() !== '').map(({ name, value }) => [name.trim(), value]),
  );
}

/** Headers of the customer's own. Stored values come masked, and a masked one that goes back unchanged is kept. */
export function HeadersField({
  rows,
  error,
  onChange,
}: {
  rows: HeaderRow[];
  error?: string;
  onChange: (rows: HeaderRow[]) => void;
}) {
  const set = (key: number, part: Partial<HeaderRow>): void =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  return (
    <FieldSet
      label="Your own headers"
      error={error}
      hint="Sent with every request, such as Authorization. Values are encrypted, and shown masked."
    >
      <div className="stack tight">
        {rows.map((row, index) => (
          <div key={row.key} className="with-button">
            <input
              className="input mono"
              aria-label={`Name of header ${index + 1}`}
              placeholder="Authorization"
              value={row.name}
              onChange={(event) => set(row.key, { name: event.target.value })}
            />
            <input
              className="input mono"
              aria-label={`Value of header ${index + 1}`}
              placeholder="Bearer …"
              autoComplete="off"
              value={row.value}
              onChange={(event) => set(row.key, { value: event.target.value })}
            />
            <Button
              look="quiet"
              aria-label={`Remove header ${row.name || index + 1}`}
              icon={<X size={15} aria-hidden="true" />}
              onClick={() => onChange(rows.filter(({ key }) => key !== row.key))}
            />
          </div>
        ))}
        <div>
          <Button
            small
            icon={<Plus size={14} aria-hidden="true" />}
            onClick={() => onChange([...rows, { key: ++lastKey, name: '', value: '' }])}
          >
            Add header
          </Button>
        </div>
      </div>
    </FieldSet>
  );
}

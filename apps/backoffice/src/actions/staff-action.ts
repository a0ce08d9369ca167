import { normaliseTime } from '@app/formatting';
import type { FieldError } from '@app/platform';
import type { Permission, Role } from '../staff/permissions';

/** Who does it, and why. */
export interface By {
  staffId: string;
  role: Role;
  reason: string;
}

/** Something that an action asks for, besides the reason. */
export interface Field {
  name: string;
  label: string;
  type: 'text' | 'email' | 'datetime' | 'select' | 'number';
  options?: { value: string; label: string }[];
  /** What stands there at first. */
  initial?: string;
  optional?: boolean;
  hint?: string;
}

export type Input = Record<string, string>;

/** What is said once it is done. */
export interface Done {
  said: string;
  /** A password or the like, which is shown this once and kept nowhere. */
  shownOnce?: { label: string; value: string };
  /** Where to look next. */
  leadsTo?: { label: string; path: string };
}

/** The row that an action is about, as its resource gives it. */
export type Subject = Record<string, unknown> & { id: string };

interface ActionBase {
  /** As it stands in the URL. */
  name: string;
  label: string;
  /** Of the Feather icons that AdminJS brings. */
  icon: string;
  permission: Permission;
  isDangerous?: boolean;
  /** Asked of everybody for what a customer will notice. */
  needsReason: boolean;
}

/** An action on one row. It asks first; only then, by POST, it acts. */
export interface RecordAction extends ActionBase {
  kind: 'record';
  /** Whether it makes sense for this row. Asked again before it acts. */
  isOffered?(subject: Subject): boolean;
  /** What will happen, said before. */
  ask(subject: Subject): Promise<{ question: string; fields?: Field[] }>;
  act(subject: Subject, input: Input, by: By): Promise<Done>;
}

/** An action on rows that were ticked in a list. */
export interface BulkAction extends ActionBase {
  kind: 'bulk';
  ask(subjects: Subject[]): Promise<{ question: string; fields?: Field[] }>;
  act(subjects: Subject[], input: Input, by: By): Promise<Done>;
}

/** An action that needs no row. */
export interface ResourceAction extends ActionBase {
  kind: 'resource';
  ask(): Promise<{ question: string; fields?: Field[] }>;
  act(input: Input, by: By): Promise<Done>;
}

export type StaffAction = RecordAction | BulkAction | ResourceAction;

const MIN_REASON = 4;
const MAX_REASON = 500;

/** What is wrong with what was filled in; nothing when it may be done. */
export function inputErrors(action: StaffAction, fields: Field[], input: Input): FieldError[] {
  const errors: FieldError[] = [];
  const reason = (input['reason'] ?? '').trim();
  if (action.needsReason && reason.length < MIN_REASON)
    errors.push({ path: 'reason', message: 'Say why, in a few words.' });
  if (reason.length > MAX_REASON)
    errors.push({ path: 'reason', message: `Take at most ${MAX_REASON} characters.` });
  for (const field of fields) {
    const value = (input[field.name] ?? '').trim();
    if (value === '') {
      if (!field.optional) errors.push({ path: field.name, message: 'Fill this in.' });
    } else if (field.type === 'select' && !field.options?.some((option) => option.value === value)) {
      errors.push({ path: field.name, message: 'Choose one of the list.' });
    } else if (field.type === 'datetime' && normaliseTime(value, true) === null) {
      errors.push({ path: field.name, message: 'This is no time.' });
    } else if (field.type === 'number' && !/^\d{1,7}$/.test(value)) {
      errors.push({ path: field.name, message: 'This is no whole number.' });
    }
  }
  return errors;
}

import type { Actor } from '@app/accounts';

/** A member of staff as the audit log names them. */
export function staffActor(id: string): Actor {
  return { kind: 'staff', id };
}

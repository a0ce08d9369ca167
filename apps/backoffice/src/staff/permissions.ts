/** What a member of staff may do, from least to most. */
export const ROLES = ['VIEWER', 'SUPPORT', 'ADMIN'] as const;
export type Role = (typeof ROLES)[number];

/** The least role that each thing needs. Every action of the backoffice names one; the server asks before it acts. */
const NEEDED_ROLE = {
  read: 'VIEWER',
  /** Look at phone numbers and transcripts that are hidden; written to the audit log. */
  'personal-data.reveal': 'VIEWER',
  /** See phone numbers and transcripts without asking first. */
  'personal-data.see': 'SUPPORT',
  'delivery.retry': 'SUPPORT',
  'webhook.send-test': 'SUPPORT',
  'webhook.pause': 'SUPPORT',
  'webhook.activate': 'SUPPORT',
  'webhook.reset-circuit': 'SUPPORT',
  'webhook.replay': 'SUPPORT',
  'webhook.rotate-secret': 'SUPPORT',
  'event.expunge': 'SUPPORT',
  'webhook.change-limits': 'ADMIN',
  'api-key.revoke': 'ADMIN',
  'audit.read': 'ADMIN',
  'staff.manage': 'ADMIN',
} as const satisfies Record<string, Role>;

export type Permission = keyof typeof NEEDED_ROLE;

export const PERMISSIONS = Object.keys(NEEDED_ROLE) as Permission[];

/** Whether a role may do something. Nobody signed in: nothing. */
export function may(role: Role | undefined, permission: Permission): boolean {
  return role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(NEEDED_ROLE[permission]);
}

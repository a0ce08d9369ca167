import { may, PERMISSIONS, ROLES, type Permission } from './permissions';

/** Who may do what, written out: a change of the rules has to be made in two places on purpose. */
const TABLE: Record<Permission, string> = {
  read: 'VIEWER SUPPORT ADMIN',
  'personal-data.reveal': 'VIEWER SUPPORT ADMIN',
  'personal-data.see': 'SUPPORT ADMIN',
  'delivery.retry': 'SUPPORT ADMIN',
  'webhook.send-test': 'SUPPORT ADMIN',
  'webhook.pause': 'SUPPORT ADMIN',
  'webhook.activate': 'SUPPORT ADMIN',
  'webhook.reset-circuit': 'SUPPORT ADMIN',
  'webhook.replay': 'SUPPORT ADMIN',
  'webhook.rotate-secret': 'SUPPORT ADMIN',
  'event.expunge': 'SUPPORT ADMIN',
  'webhook.change-limits': 'ADMIN',
  'api-key.revoke': 'ADMIN',
  'audit.read': 'ADMIN',
  'staff.manage': 'ADMIN',
};

describe('permissions', () => {
  it.each(PERMISSIONS)('%s is for those in the table, and nobody else', (permission) => {
    expect(ROLES.filter((role) => may(role, permission)).join(' ')).toBe(TABLE[permission]);
  });

  it('should allow nothing to someone who is not signed in', () => {
    expect(PERMISSIONS.filter((permission) => may(undefined, permission))).toEqual([]);
  });
});

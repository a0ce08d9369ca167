import { Injectable } from '@nestjs/common';
import { ApiKeyService } from '@app/accounts';
import { ROLES, type Role } from '../staff/permissions';
import { staffActor } from '../staff/staff-actor';
import { StaffService } from '../staff/staff.service';
import { pageOf } from './delivery-actions';
import type { Field, RecordAction, ResourceAction } from './staff-action';

const ROLE_FIELD: Field = {
  name: 'role',
  label: 'Role',
  type: 'select',
  options: ROLES.map((role) => ({ value: role, label: role })),
  initial: 'SUPPORT',
  hint: 'VIEWER looks; SUPPORT also acts for customers; ADMIN also manages staff, keys and settings.',
};

/** What only administrators do: staff, and customers' keys. */
@Injectable()
export class AdminActions {
  constructor(
    private readonly staff: StaffService,
    private readonly keys: ApiKeyService,
  ) {}

  readonly revokeKey: RecordAction = {
    kind: 'record',
    name: 'revoke',
    label: 'Revoke',
    icon: 'XOctagon',
    permission: 'api-key.revoke',
    isDangerous: true,
    needsReason: true,
    isOffered: (key) => !key['revokedAt'],
    ask: (key) =>
      Promise.resolve({
        question: `The key “${String(key['name'])}” stops working for good, within a second. Whatever the customer has built on it gets 401.`,
      }),
    act: async (key, _input, by) => {
      await this.keys.revoke(String(key['accountId']), key.id, staffActor(by.staffId), by.reason);
      return {
        said: 'The key is revoked.',
        leadsTo: pageOf('accounts', String(key['accountId']), 'Back to the account'),
      };
    },
  };

  readonly addStaff: ResourceAction = {
    kind: 'resource',
    name: 'add',
    label: 'Add somebody',
    icon: 'UserPlus',
    permission: 'staff.manage',
    needsReason: true,
    ask: () =>
      Promise.resolve({
        question:
          'They sign in with a password that is made now and shown once, and choose their own right after.',
        fields: [
          { name: 'email', label: 'Email', type: 'email' },
          { name: 'name', label: 'Name', type: 'text' },
          ROLE_FIELD,
        ],
      }),
    act: async (input, by) => {
      const { staff, password } = await this.staff.add(
        { email: input['email'], name: input['name'], role: input['role'] as Role },
        by.staffId,
        by.reason,
      );
      return {
        said: `${staff.email} can sign in now.`,
        shownOnce: { label: 'First password', value: password },
      };
    },
  };

  readonly changeRole: RecordAction = {
    kind: 'record',
    name: 'changeRole',
    label: 'Change role',
    icon: 'Shield',
    permission: 'staff.manage',
    needsReason: true,
    ask: (person) =>
      Promise.resolve({
        question: `What may ${String(person['name'])} do from now on?`,
        fields: [{ ...ROLE_FIELD, initial: String(person['role']) }],
      }),
    act: async (person, input, by) => {
      await this.staff.changeRole(person.id, input['role'] as Role, by.staffId, by.reason);
      return { said: `${String(person['email'])} is ${input['role']} now.` };
    },
  };

  readonly resetPassword: RecordAction = {
    kind: 'record',
    name: 'resetPassword',
    label: 'Reset password',
    icon: 'Unlock',
    permission: 'staff.manage',
    isDangerous: true,
    needsReason: true,
    ask: () =>
      Promise.resolve({
        question:
          'They are signed out everywhere, and sign in with a new password that is shown once. Two-factor authentication is turned off.',
      }),
    act: async (person, _input, by) => {
      const password = await this.staff.resetPassword(person.id, by.staffId, by.reason);
      return {
        said: `The password of ${String(person['email'])} was reset.`,
        shownOnce: { label: 'New password', value: password },
      };
    },
  };

  readonly disableStaff: RecordAction = {
    kind: 'record',
    name: 'disable',
    label: 'Disable',
    icon: 'UserX',
    permission: 'staff.manage',
    isDangerous: true,
    needsReason: true,
    isOffered: (person) => !person['disabledAt'],
    ask: (person) =>
      Promise.resolve({
        question: `${String(person['name'])} is signed out everywhere, at once, and can’t sign in any more.`,
      }),
    act: async (person, _input, by) => {
      await this.staff.disable(person.id, by.staffId, by.reason);
      return { said: `${String(person['email'])} can’t sign in any more.` };
    },
  };

  readonly endSessions: RecordAction = {
    kind: 'record',
    name: 'endSessions',
    label: 'Sign out everywhere',
    icon: 'LogOut',
    permission: 'staff.manage',
    needsReason: true,
    ask: (person) =>
      Promise.resolve({ question: `Every session of ${String(person['name'])} ends at once.` }),
    act: async (person, _input, by) => {
      await this.staff.endSessions(person.id, by.staffId, by.reason);
      return { said: `${String(person['email'])} is signed out everywhere.` };
    },
  };

  readonly enableStaff: RecordAction = {
    kind: 'record',
    name: 'enable',
    label: 'Enable',
    icon: 'UserCheck',
    permission: 'staff.manage',
    needsReason: true,
    isOffered: (person) => Boolean(person['disabledAt']),
    ask: (person) => Promise.resolve({ question: `${String(person['name'])} can sign in again.` }),
    act: async (person, _input, by) => {
      await this.staff.enable(person.id, by.staffId, by.reason);
      return { said: `${String(person['email'])} can sign in again.` };
    },
  };
}

import { HostSlots } from './host-slots';

interface User {
  accountId: string;
  host: string;
}

const user = (accountId: string, host = 'https://hooks.example.com'): User => ({ accountId, host });

describe('the slots of a host', () => {
  it('are 64 for one account, however many webhooks it has, and 512 for all', () => {
    const slots = new HostSlots<User>((_host, limit) => limit);
    const take = (accountId: string): number => {
      let taken = 0;
      while (slots.take(user(accountId))) taken += 1;
      return taken;
    };
    const taken = Array.from({ length: 10 }, (_, i) => take(`acc_${i}`));
    expect(taken).toEqual([64, 64, 64, 64, 64, 64, 64, 64, 0, 0]);
    expect(slots.take(user('acc_0', 'https://elsewhere.example.com'))).toBe(true);
  });

  it('go to accounts in turn, and within an account to its webhooks', () => {
    const slots = new HostSlots<User>(() => 1);
    const first = user('a');
    slots.take(first);
    const waiting = [user('a'), user('a'), user('a'), user('b'), user('c')];
    for (const one of waiting) expect(slots.take(one)).toBe(false);
    const served: User[] = [];
    let last = first;
    for (let i = 0; i < 5; i += 1) {
      slots.release(last);
      const next = slots.nextWaiting(first.host)!;
      expect(slots.take(next)).toBe(true);
      served.push(next);
      last = next;
    }
    expect(served.map(({ accountId }) => accountId)).toEqual(['a', 'b', 'c', 'a', 'a']);
  });

  it('pass over an account that has its part already', () => {
    const slots = new HostSlots<User>((_host, limit) => (limit === 64 ? 1 : 2));
    expect([slots.take(user('a')), slots.take(user('a')), slots.take(user('b')), slots.take(user('c'))]).toEqual([true, false, true, false]); // prettier-ignore
    slots.release(user('b'));
    expect(slots.nextWaiting('https://hooks.example.com')).toMatchObject({ accountId: 'c' });
  });
});

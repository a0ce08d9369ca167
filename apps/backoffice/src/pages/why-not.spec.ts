import { whyNot } from './event-page';

const EVENT = { type: 'CALL_COMPLETED', created_at: new Date('2026-11-24T10:42:00Z') };
const WEBHOOK = {
  status: 'ACTIVE',
  events: ['CALL_COMPLETED'],
  created_at: new Date('2026-11-01T00:00:00Z'),
};

describe('why a webhook did not get an event', () => {
  it.each([
    [{ created_at: new Date('2026-11-24T10:43:00Z') }, /made only after/],
    [{ events: ['CALL_FAILED'] }, /not subscribed to CALL_COMPLETED/],
    [{ status: 'PAUSED' }, /is paused/],
    [{ status: 'DISABLED' }, /is disabled/],
    [{}, /when the event came/],
  ])('%j', (facts, why) => {
    expect(whyNot({ ...WEBHOOK, ...facts }, EVENT)).toMatch(why);
  });
});

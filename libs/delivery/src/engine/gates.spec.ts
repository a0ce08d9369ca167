import { Gates } from './gates';

const SIX_MINUTES_MS = 6 * 60_000;

/** Gates of webhooks that have limits of their own, which another dispatcher counts. */
function gatesOfOthers() {
  const target = { status: 'ACTIVE', isDeleted: false, maxConcurrency: 1, rateLimitPerSecond: null };
  const dependencies = [
    { peek: () => target, onChange: () => undefined },
    { owns: () => false },
    { noteCircuit: () => undefined },
    { on: () => undefined },
  ];
  const gates = new Gates(...(dependencies as unknown as ConstructorParameters<typeof Gates>));
  gates.servedBy({} as Parameters<Gates['servedBy']>[0]);
  return gates;
}

describe('the gates', () => {
  it('know which webhooks have no room, by account', () => {
    const gates = gatesOfOthers();
    expect(gates.areSomeFull).toBe(false);
    gates.of('whk_1', 'acc_1');
    gates.of('whk_2', 'acc_1');
    gates.of('whk_3', 'acc_2');
    expect(gates.areSomeFull).toBe(true);
    expect(gates.withoutRoom(['acc_1', 'acc_3'])).toEqual(['whk_1', 'whk_2']);
  });

  it('forget what is idle, and then that it had no room', () => {
    const gates = gatesOfOthers();
    gates.of('whk_1', 'acc_1');
    gates.tidy(performance.now() + SIX_MINUTES_MS);
    expect(gates.get('whk_1')).toBeUndefined();
    expect(gates.withoutRoom(['acc_1'])).toEqual([]);
    expect(gates.areSomeFull).toBe(false);
  });
});

import { Signer } from './core';
import { SigningService } from './signing.service';

const BODY = Buffer.from('{"id":"evt_1"}');

describe('the signing service', () => {
  it('signs with the secrets it is given, as the published core does', () => {
    const secrets = ['new', 'old'];
    expect(new SigningService().sign(secrets, BODY, 'evt_1', 1_000)).toEqual(
      new Signer(secrets).sign(BODY, 'evt_1', 1_000),
    );
  });

  it('does not confuse two lists of secrets', () => {
    const service = new SigningService();
    const [a, b] = [['a'], ['b']].map((secrets) => service.sign(secrets, BODY, 'evt_1', 1_000));
    expect(a).not.toEqual(b);
  });

  it('signs nothing without a secret', () => {
    expect(new SigningService().sign([], BODY, 'evt_1', 1_000)).toEqual({});
  });
});

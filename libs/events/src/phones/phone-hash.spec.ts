import { phoneHash, phoneKey } from './phone-hash';

const key = phoneKey(Buffer.alloc(32, 1).toString('base64'));

describe('a phone number in the index', () => {
  it('should be the same number however it is written', () => {
    const ways = [
      '+442071838750',
      '+44 20 7183 8750',
      '020 7183 8750',
      '0044 20 7183-8750',
      '(020) 71838750',
    ];
    expect(new Set(ways.map((way) => phoneHash(key, way))).size).toBe(1);
  });

  it('should not be the same for other numbers, nor under another key', () => {
    const other = phoneKey(Buffer.alloc(32, 2).toString('base64'));
    const hashes = [
      phoneHash(key, '+442071838750'),
      phoneHash(key, '+442071838751'),
      phoneHash(other, '+442071838750'),
    ];
    expect(new Set(hashes).size).toBe(3);
  });

  it('should not hold the digits', () => {
    expect(phoneHash(key, '+442071838750')).not.toContain('71838750');
  });

  it.each([null, '', 'anonymous', '+44', 'sip:12345678@pbx.example'])('%j is not indexed', (number) => {
    expect(phoneHash(key, number)).toBeNull();
  });
});

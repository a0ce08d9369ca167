import { BodyBudget } from './body-budget';

const code = (work: () => void): unknown => {
  try {
    work();
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('the memory of unfinished bodies', () => {
  it('is limited for each credential, and others are not affected', () => {
    const budget = new BodyBudget(100);
    const first = budget.open('key_1', 50);
    const second = budget.open('key_1', 50);
    first.add(30);
    expect(code(() => second.add(30))).toBe('rate_limited');
    expect(code(() => budget.open('key_2', 50).add(30))).toBeNull();
  });

  it('is limited for the process', () => {
    const budget = new BodyBudget(100);
    budget.open('key_1', 80).add(80);
    expect(code(() => budget.open('key_2', 80).add(30))).toBe('overloaded');
  });

  it('is free again when a body ends, once, however often it is ended', () => {
    const budget = new BodyBudget(100);
    const body = budget.open('key_1', 50);
    body.add(50);
    expect(budget.held).toBe(50);
    body.close();
    body.close();
    expect(budget.held).toBe(0);
    expect(code(() => budget.open('key_1', 50).add(50))).toBeNull();
  });
});

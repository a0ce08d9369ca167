import { Get, Post } from '@nestjs/common';
import { Authenticated, scopeOf } from './authenticated';
import { CustomerController } from './customer-controller';

describe('@Authenticated', () => {
  it('is required of every route of a customer controller, or the class cannot be defined', () => {
    expect(() => {
      @CustomerController('things')
      class Things {
        @Get()
        @Authenticated({ scope: 'READ' })
        list(): void {}

        @Post()
        create(): void {}
      }
      return Things;
    }).toThrow('Things.create must declare the scope');
  });

  it('leaves methods that are no routes alone, and tells the scope of those that are', () => {
    @CustomerController('things')
    class Things {
      @Get()
      @Authenticated({ scope: 'ANY' })
      list(this: void): void {}

      helper(this: void): void {}
    }
    expect(scopeOf(Things.prototype.list)).toBe('ANY');
    expect(scopeOf(Things.prototype.helper)).toBeUndefined();
  });
});

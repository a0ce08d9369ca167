import { Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { Config, newId, Sql, toUuid } from '@app/platform';
import { hashPassword } from './password';

/**
 * Makes the first administrator from `ADMIN_EMAIL` and `ADMIN_PASSWORD` when nobody is there yet. The password has to
 * be changed at the first sign-in; once somebody is there, the two variables mean nothing any more.
 */
@Injectable()
export class FirstStaffUser implements OnApplicationBootstrap {
  constructor(
    private readonly sql: Sql,
    private readonly config: Config,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const [somebody] = await this.sql.rows('select 1 from staff_users limit 1');
    if (somebody) return;
    // Two processes that start together both come here; the address is unique, so one of them makes nobody.
    const made = await this.sql.execute(
      `insert into staff_users (id, email, name, role, password_hash)
       select $1, $2, 'First administrator', 'ADMIN', $3 where not exists (select from staff_users)
       on conflict (email) do nothing`,
      [
        toUuid(newId('stf')),
        this.config.ADMIN_EMAIL.toLowerCase(),
        await hashPassword(this.config.ADMIN_PASSWORD),
      ],
    );
    if (made > 0) new Logger('Backoffice').log(`First administrator made: ${this.config.ADMIN_EMAIL}`);
  }
}

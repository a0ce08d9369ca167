import { Migration } from '@mikro-orm/migrations';

/**
 * What becomes of each delivery of a replay. `replay_items` holds those that have not been counted yet; dispatchers move
 * them to the counters of their replay when they have ended, so the table stays small and `deliveries` gets no index.
 */
export class ReplayOutcomes20261128001002 extends Migration {
  override up(): void {
    this.addSql(`
      create table replay_items (
        delivery_id uuid not null,
        replay_id uuid not null,
        primary key (delivery_id, replay_id)
      )`);
    this.addSql('create index replay_items_replay on replay_items (replay_id, delivery_id)');
    this.addSql(`
      create table replay_groups (
        id uuid primary key,
        account_id uuid not null references accounts on delete cascade,
        request jsonb not null,
        created_at timestamptz(3) not null default now()
      )`);
    this.addSql('create index replay_groups_account on replay_groups (account_id, id)');
    this.addSql(`
      alter table replays
        add column delivered int not null default 0,
        add column failed int not null default 0,
        add column group_id uuid`);
    this.addSql('create index replays_group on replays (group_id) where group_id is not null');
    // When a replay of the account made its last step: accounts take turns.
    this.addSql(`
      create table replay_turns (
        account_id uuid primary key references accounts on delete cascade,
        last_step_at timestamptz not null
      )`);
  }

  override down(): void {
    this.addSql('drop table replay_turns, replay_groups, replay_items');
    this.addSql('alter table replays drop column delivered, drop column failed, drop column group_id');
  }
}

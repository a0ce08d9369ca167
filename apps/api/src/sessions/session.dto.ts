import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { SCOPES, type DashboardSession, type Scope } from '@app/accounts';

export class OpenSessionBody {
  @ApiProperty({ example: 'skc_live_…', description: 'An API key of the account' })
  @IsString()
  @MaxLength(200)
  apiKey!: string;
}

export class SessionAccountView {
  @ApiProperty({ example: 'acc_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  id!: string;

  @ApiProperty({ example: 'Acme Solar' })
  name!: string;
}

/** A person in the platform, as it named them when it asked for the link. */
export class SessionActorView {
  @ApiProperty({ example: 'user-17' })
  id!: string;

  @ApiProperty({ example: 'Ada Lovelace' })
  name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'ada@example.com' })
  email!: string | null;
}

/** The caller of a request. */
export class SessionView {
  @ApiProperty({ type: SessionAccountView })
  account!: SessionAccountView;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When a dashboard session ends; null for an API key',
  })
  expiresAt!: Date | null;

  @ApiProperty({ enum: SCOPES, isArray: true, description: 'What the key or session may do' })
  scopes!: Scope[];

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'The latest `expiresAt` that a key created with it can have; null: no limit',
  })
  keysExpireBy!: Date | null;

  @ApiProperty({ type: SessionActorView, nullable: true, description: 'Null for an API key' })
  actor!: SessionActorView | null;
}

export class OpenedByView {
  @ApiProperty({ enum: ['KEY', 'LINK'], description: 'An API key, or a link from the platform' })
  kind!: 'KEY' | 'LINK';

  @ApiProperty({ type: String, nullable: true, description: 'The id of the key' })
  id!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The name of the key' })
  name!: string | null;
}

/** A browser that is signed in to the dashboard. */
export class ListedSessionView {
  @ApiProperty({ example: 'ses_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  id!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Accurate to the minute' })
  lastUsedAt!: Date | null;

  @ApiProperty({ type: String, format: 'date-time' })
  expiresAt!: Date;

  @ApiProperty({ type: OpenedByView })
  openedBy!: OpenedByView;

  @ApiProperty({ type: SessionActorView, nullable: true })
  actor!: SessionActorView | null;

  @ApiProperty({ type: String, nullable: true, description: 'As the browser sent it when it signed in' })
  userAgent!: string | null;

  @ApiProperty({ description: 'Whether it is the session that makes this request' })
  current!: boolean;
}

export class SessionPage {
  @ApiProperty({ type: [ListedSessionView] })
  data!: ListedSessionView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export function toListedSession(session: DashboardSession, credentialId: string): ListedSessionView {
  const { id, createdAt, lastUsedAt, expiresAt, key, actor, userAgent } = session;
  return {
    id,
    createdAt,
    lastUsedAt,
    expiresAt,
    openedBy: key ? { kind: 'KEY', id: key.id, name: key.name } : { kind: 'LINK', id: null, name: null },
    actor,
    userAgent,
    current: id === credentialId,
  };
}

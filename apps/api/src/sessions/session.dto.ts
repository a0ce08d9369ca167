import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';

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

/** Who is asking. */
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
}

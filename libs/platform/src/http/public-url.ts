import type { Server } from 'node:http';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Config } from '../config/config';

/** The address for links to this service. It never comes from a request: anybody can send any `Host` header. */
@Injectable()
export class PublicUrl {
  constructor(
    private readonly config: Config,
    private readonly adapter: HttpAdapterHost,
  ) {}

  /** `PUBLIC_URL`, which production requires; else this machine and the port in use. */
  get base(): string {
    if (this.config.PUBLIC_URL) return this.config.PUBLIC_URL;
    const address = (this.adapter.httpAdapter.getHttpServer() as Server).address();
    const port = typeof address === 'object' && address ? address.port : this.config.PORT;
    return `http://localhost:${port}`;
  }
}

/** How requests authenticate at the receiver, with the credentials: opened only to be used, never shown. */
export type WebhookAuth = BearerAuth | BasicAuth | OAuth2Auth | MtlsAuth;

export interface BearerAuth {
  type: 'BEARER';
  token: string;
}

export interface BasicAuth {
  type: 'BASIC';
  username: string;
  password: string;
}

/** OAuth 2.0 client credentials (RFC 6749, 4.4). */
export interface OAuth2Auth {
  type: 'OAUTH2';
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  /** Scopes separated by spaces. */
  scope?: string;
}

/** A client certificate, in PEM. */
export interface MtlsAuth {
  type: 'MTLS';
  /** The client's certificate, then any intermediate ones. */
  certificate: string;
  key: string;
  /** Authorities that the server's certificate may be issued by. They replace the publicly trusted ones. */
  ca?: string;
}

export const AUTH_TYPES = ['BEARER', 'BASIC', 'MTLS'] as const satisfies readonly WebhookAuth['type'][];

/** The headers that an authentication sets by itself, or null: OAuth 2.0 needs a token first, mTLS sets none. */
export function authorizationOf(auth: WebhookAuth | null): string | null {
  switch (auth?.type) {
    case 'BEARER':
      return `Bearer ${auth.token}`;
    case 'BASIC':
      return `Basic ${Buffer.from(`${auth.username}:${auth.password}`, 'utf8').toString('base64')}`;
    default:
      return null;
  }
}

/** Whether requests get an `Authorization` header, so that a custom one would be replaced. */
export function setsAuthorization(auth: WebhookAuth | null): boolean {
  return auth !== null && auth.type !== 'MTLS';
}

const KEPT = 1_000;

/** TLS sessions by host and port, so that the next connection needs one round trip less. The oldest is dropped first. */
export class TlsSessions {
  private readonly sessions = new Map<string, Buffer>();

  get(key: string): Buffer | undefined {
    return this.sessions.get(key);
  }

  keep(key: string, session: Buffer): void {
    this.sessions.delete(key);
    this.sessions.set(key, session);
    if (this.sessions.size > KEPT) this.sessions.delete(this.sessions.keys().next().value!);
  }

  forget(key: string): void {
    this.sessions.delete(key);
  }
}

/**
 * What has to outlive the process: a refresh token that its service has exchanged for a new one. Whoever keeps
 * it keeps secrets, which stand nowhere else.
 */
export interface KeptCredentials {
  /** What was kept last under this name. @throws where that cannot be read. */
  get(name: string): string | undefined
  /** @throws when nothing can be kept now: to be asked before something is given up for what is to be kept. */
  check(): void
  /** It is kept for good when this returns. @throws when it is not. */
  set(name: string, credential: string): void
}

/** A private nginx with one worker on loopback. */
export interface Nginx extends AsyncDisposable {
  readonly url: string
  /** Requests of others that it has served so far. */
  requests(): Promise<number>
  close(): Promise<void>
}

/** Requests per connection, before nginx closes it. Default: as good as no end. */
export function startNginx(options?: { readonly keepaliveRequests?: number }): Promise<Nginx>

/** A private nginx with one worker on loopback. */
export interface Nginx extends AsyncDisposable {
  readonly url: string
  /** Requests of others that it has served so far. */
  requests(): Promise<number>
  close(): Promise<void>
}

export function startNginx(options?: {
  /** Requests per connection, before nginx closes it. Default: as good as no end. */
  readonly keepaliveRequests?: number
  /** Folder whose files are served: `/100?page=7` is `100/7.json`. Default: a constant body. */
  readonly root?: string
}): Promise<Nginx>

/** Where a stream's pages are. */
export interface StreamAddress {
  readonly baseUrl: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
}

/** The URL of a stream's endpoint with its own query and the parameters given; the latter win. */
export function streamUrl(
  { baseUrl, path: relative, query }: StreamAddress,
  parameters: Readonly<Record<string, string>> = {},
): string {
  const url = new URL(baseUrl)
  const path = relative.replace(/^\/+/, '')
  if (path !== '') url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`
  for (const [name, value] of Object.entries({ ...query, ...parameters })) url.searchParams.set(name, value)
  return url.href
}

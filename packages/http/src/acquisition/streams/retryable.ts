import type { StreamConfig } from './stream-config.js'

/**
 * Whether a request of the stream may be sent again after it has left: as its file says, else GET and HEAD, and
 * POST where the stream has a pagination, which reads.
 */
export function isRetryable({ retryable, method = 'GET', pagination }: RetriedStream): boolean {
  if (retryable !== undefined) return retryable
  const paging: string = pagination.type
  return method === 'GET' || method === 'HEAD' || (method === 'POST' && paging !== 'none')
}

type RetriedStream = Pick<StreamConfig, 'retryable' | 'pagination'> & { readonly method?: string | undefined }

import type { StreamConfig } from './stream-config.js'

/**
 * Whether a request of the stream may be sent again after it has left: as its file says, else GET and HEAD, and
 * POST where the stream has a pagination, which reads.
 */
export function isRetryable({ retryable, body, method, pagination }: RetriedStream): boolean {
  if (retryable !== undefined) return retryable
  switch (method ?? (body === undefined ? 'GET' : 'POST')) {
    case 'GET':
    case 'HEAD':
      return true
    case 'POST':
      return pagination.type !== 'none'
    default:
      return false
  }
}

type RetriedStream = Pick<StreamConfig, 'retryable' | 'method' | 'body' | 'pagination'>

export type { Transport, TransportCloseOptions, TransportRequest, TransportResponse } from './transport.js'
export { errorCode, TransportError } from './transport-error.js'
export { UndiciTransport, type UndiciTransportOptions } from './undici-transport.js'

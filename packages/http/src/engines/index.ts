export type { Transport, TransportRequest, TransportResponse } from './transport.js'

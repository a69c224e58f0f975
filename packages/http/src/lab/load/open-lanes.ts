import { requestText, TargetCache, UndiciTransport } from '../../engines/index.js'
import type { TransportRequest } from '../../engines/index.js'
import type { Lane, LaneOwner } from './lane.js'
import type { LoadPlan } from './load-options.js'
import { TransportLane } from './transport-lane.js'
import { WireLane } from './wire-lane.js'

/** The lanes of a load, and what they share. */
export interface Lanes {
  readonly lanes: readonly Lane[]
  close(): Promise<void>
}

/** All read buffers together; the single ones are between 4 and 32 KiB. */
const BUFFER_BYTES = 64 * 2 ** 20

/** @throws TransportError BAD_REQUEST when the request cannot be sent. */
export function openLanes(plan: LoadPlan, owner: LaneOwner): Lanes {
  const { url, method, headers, body } = plan
  const target = new TargetCache().get(url)
  const request: TransportRequest = {
    url,
    method,
    headers,
    body: body.length === 0 ? null : body,
    discardBody: true,
  }
  const text = requestText(request, target, true)
  if (target.protocol === 'https:') return tlsLanes(plan, request, owner)
  const wire = {
    host: target.hostname,
    port: target.port,
    text,
    isHead: method === 'HEAD',
    readBufferBytes: Math.min(32_768, Math.max(4_096, Math.floor(BUFFER_BYTES / plan.connections))),
  }
  const lanes = Array.from({ length: plan.connections }, () => new WireLane(wire, owner))
  return { lanes, close: async () => undefined }
}

function tlsLanes(plan: LoadPlan, request: TransportRequest, owner: LaneOwner): Lanes {
  const { connections, timeoutMs, insecure } = plan
  const transport = new UndiciTransport({
    maxConnections: connections,
    maxKeepaliveConnections: connections,
    timeoutMs: Infinity,
    connectTimeoutMs: timeoutMs,
    compression: false,
    tls: { rejectUnauthorized: !insecure },
  })
  const lanes = Array.from({ length: connections }, () => new TransportLane(transport, request, owner))
  return { lanes, close: () => transport.close({ timeoutMs: 0 }) }
}

import { rootCertificates } from 'node:tls'
import { requestText, TargetCache, UndiciTransport } from '../../engines/index.js'
import type { TransportRequest } from '../../engines/index.js'
import type { LaneOwner, LaneSource } from './lane.js'
import type { LoadPlan } from '../../measurements/index.js'
import { TransportLanes } from './transport-lane.js'
import { WireLanes } from './wire-lane.js'

/**
 * The lanes for a load's request: over the wire for http, over undici for https.
 * @throws TransportError BAD_REQUEST when the request cannot be sent.
 */
export function openLanes(plan: LoadPlan, owner: LaneOwner): LaneSource {
  const { url, method, headers, body, connections } = plan
  const target = new TargetCache().get(url)
  const request: TransportRequest = {
    url,
    method,
    // undici sends each value of a name.
    headers: headers as Readonly<Record<string, string>>,
    body: body.length === 0 ? null : body,
    discardBody: true,
  }
  // For https too: it checks the request.
  const text = requestText(request, target, true)
  if (target.protocol === 'https:') {
    return new TransportLanes(tlsTransport(plan), request, connections, owner)
  }
  const { hostname: host, port } = target
  return new WireLanes({ host, port, text, isHead: method === 'HEAD' }, connections, owner)
}

function tlsTransport({ connections, timeoutMs, insecure, ca }: LoadPlan): UndiciTransport {
  return new UndiciTransport({
    maxConnections: connections,
    maxKeepaliveConnections: connections,
    timeoutMs: Infinity,
    connectTimeoutMs: timeoutMs,
    compression: false,
    // Whatever the user names is asked.
    reach: 'any',
    tls: { rejectUnauthorized: !insecure, ...(ca !== undefined && { ca: [...rootCertificates, ca] }) },
  })
}

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
  const { method, connections } = plan
  const { request, target, text } = preparedRequest(plan)
  if (target.protocol === 'https:') {
    return new TransportLanes(tlsTransport(plan), request, connections, owner)
  }
  const { hostname: host, port } = target
  return new WireLanes({ host, port, text, isHead: method === 'HEAD' }, connections, owner)
}

/**
 * The request of a load, and its text over the wire; for https too, since that checks it.
 * @throws TransportError BAD_REQUEST when it cannot be sent.
 */
export function preparedRequest({ url, method, headers, body }: LoadPlan) {
  const target = new TargetCache().get(url)
  const request: TransportRequest = {
    url,
    method,
    // undici sends each value of a name.
    headers: headers as Readonly<Record<string, string>>,
    body: body.length === 0 ? null : body,
    discardBody: true,
  }
  return { request, target, text: requestText(request, target, true) }
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

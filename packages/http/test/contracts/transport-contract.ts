import { describe } from 'vitest'
import { describeBodies } from './transport/bodies.js'
import { describeConnections } from './transport/connections.js'
import { describeEndings } from './transport/endings.js'
import { describeFraming } from './transport/framing.js'
import { describeReach } from './transport/reach.js'
import { describeRequests } from './transport/requests.js'
import type { MakeTransport } from './transport/transport-rig.js'

/** What every Transport promises, tried against real servers on loopback. */
export function transportContract(name: string, make: MakeTransport): void {
  describe(`${name}: a Transport`, () => {
    describeRequests(make)
    describeConnections(make)
    describeReach(make)
    describeFraming(make)
    describeBodies(make)
    describeEndings(make)
  })
}

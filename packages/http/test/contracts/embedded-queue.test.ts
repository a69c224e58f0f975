import { EmbeddedQueue } from '../../src/acquisition/queue/embedded-queue.js'
import { describePageQueue } from './page-queue-contract.js'

describePageQueue('EmbeddedQueue', async () => ({
  open: async (clock, perSource) => new EmbeddedQueue({ clock, concurrencyOf: () => perSource }),
  remove: async () => undefined,
}))

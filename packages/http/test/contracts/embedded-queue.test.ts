import { EmbeddedQueue } from '../../src/acquisition/queue/embedded-queue.js'
import { describePageQueue } from './page-queue-contract.js'

describePageQueue('EmbeddedQueue', async () => ({
  open: async (clock, perStream, streams) =>
    new EmbeddedQueue({ clock, streams: streams.map(name => ({ name, concurrency: perStream })) }),
  remove: async () => undefined,
}))

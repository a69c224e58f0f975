import { WireTransport } from '../../../src/engines/index.js'
import { transportContract } from '../../contracts/transport-contract.js'

transportContract('WireTransport', options => new WireTransport(options))

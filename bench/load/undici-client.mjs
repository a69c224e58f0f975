/**
 * undici's Pool.dispatch with 100 connections and one handler for each: prints requests a second. Own
 * process.
 */
import { Pool } from 'undici'

const [url, seconds] = process.argv.slice(2)
const { origin, pathname } = new URL(url)
const CONNECTIONS = 100
const pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 })
const options = { path: pathname, method: 'GET' }
/** As long as that of engine-client.mjs. */
const WARM_UP_MS = 2_000
const warmUntil = performance.now() + WARM_UP_MS
const until = warmUntil + Number(seconds) * 1_000
let requests = 0
let open = CONNECTIONS

function lane() {
  const next = () => {
    if (performance.now() < until) pool.dispatch(options, handler)
    else if (--open === 0) void finish()
  }
  const handler = {
    onConnect() {},
    onHeaders: () => true,
    onData: () => true,
    onComplete() {
      if (performance.now() >= warmUntil) requests += 1
      next()
    },
    onError(error) {
      throw error
    },
  }
  next()
}

async function finish() {
  console.log((requests * 1_000) / (performance.now() - warmUntil))
  await pool.close()
}

for (let i = 0; i < CONNECTIONS; i++) lane()

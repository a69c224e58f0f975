/**
 * Opens a ledger in a process of its own: `node open-ledger.mjs <file> <plan> <options>`, each as JSON. It
 * says what came of it.
 */
import { SqliteLedger } from '../../dist/acquisition/index.js'

const [file, plan, options] = process.argv.slice(2).map(text => JSON.parse(text))
try {
  const ledger = new SqliteLedger({ file })
  await ledger.open(plan, options)
  await ledger[Symbol.asyncDispose]()
  console.log(JSON.stringify({ opened: true }))
} catch ({ code, message }) {
  console.log(JSON.stringify({ opened: false, code, message }))
}

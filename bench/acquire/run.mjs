/** One contender, once, in this process: `node run.mjs '{"name": ...}'` prints what it took as JSON. */
import { contenders } from './contenders.mjs'

const { name, pages, ...input } = JSON.parse(process.argv[2])
const urls = Array.from({ length: pages }, (_, index) => `${input.origin}/${input.perPage}?page=${index + 1}`)
const cpu = process.cpuUsage()
const began = performance.now()
const { records, summaryMs } = await contenders[name]({ ...input, urls })
const ms = performance.now() - began
const { user, system } = process.cpuUsage(cpu)
if (records !== pages * input.perPage) throw new Error(`${name} took ${records} records`)
console.log(
  JSON.stringify({
    pagesPerSecond: (pages * 1_000) / ms,
    cpuUs: (user + system) / pages,
    rssMiB: process.resourceUsage().maxRSS / 1_024,
    ...(summaryMs !== undefined && { summaryShare: summaryMs / ms }),
  }),
)

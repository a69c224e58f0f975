import type { EngineAnswer, EngineRequest } from './engine-process.js'
import { openEngine } from './engine-spec.js'

/** The process of one engine: see EngineProcess. */

const spec = JSON.parse(process.argv[2] ?? '') as Parameters<typeof openEngine>[0]
let engine: ReturnType<typeof openEngine> | undefined

async function run({ url, count }: EngineRequest): Promise<EngineAnswer> {
  try {
    engine ??= openEngine(spec)
    const urls = Array.from<string>({ length: count }).fill(url)
    const { results, totalTimeMs, peakMemoryMb } = await engine.run(urls)
    return { results, totalTimeMs, peakMemoryMb }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  }
}

async function answer(request: EngineRequest): Promise<void> {
  process.send?.(await run(request))
}

process.on('message', request => void answer(request as EngineRequest))
process.on('disconnect', () => void engine?.close())

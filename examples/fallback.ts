// The last good value where a call fails.
import { Fallback } from 'async-patterns'

let lastGood = 0
const price = new Fallback({ fallback: () => lastGood })

async function ask(answer: number | Error): Promise<number> {
  return price.execute(async () => {
    if (answer instanceof Error) throw answer
    lastGood = answer
    return answer
  })
}

console.log(await ask(12.5))
console.log(await ask(new Error('down')))

// Prints:
// 12.5
// 12.5

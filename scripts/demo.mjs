/**
 * `make demo`: failures on purpose. Prints what was expected and what was seen; ends with 1 if they differ.
 */
import { scenarios } from './demo/scenarios.mjs'

let differing = 0

for (const [index, { title, run }] of scenarios.entries()) {
  console.log(`\n${index + 1}. ${title}`)
  await run((what, expected, seen, agrees = expected === seen) => {
    if (!agrees) differing += 1
    console.log(
      `   ${agrees ? 'ok  ' : 'NOT '} ${what}\n          expected ${expected}\n          seen     ${seen}`,
    )
  })
}

console.log(differing === 0 ? '\nAll as expected.' : `\n${differing} not as expected.`)
process.exitCode = differing === 0 ? 0 : 1

// Pages are pulled, four at a time, and stored in batches of three.
import { batch, forEach, map, pipeline } from 'async-patterns'

async function* pages(): AsyncGenerator<number> {
  for (let page = 1; page <= 8; page++) yield page
}

async function fetchPage(page: number): Promise<string> {
  await new Promise(resolve => setTimeout(resolve, 10 - page))
  return `page ${page}`
}

await pipeline(
  pages(),
  map(fetchPage, { concurrency: 4 }),
  batch({ maxItems: 3 }),
  forEach(async titles => console.log(titles.join(', '))),
)

// Prints:
// page 1, page 2, page 3
// page 4, page 5, page 6
// page 7, page 8

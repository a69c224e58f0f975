// Two connections for ten queries; a broken one is not used again.
import { ResourcePool } from 'async-patterns'

let made = 0
const pool = new ResourcePool({
  create: () => ({ id: (made += 1), broken: false }),
  validate: connection => !connection.broken,
  max: 2,
})

const used = await Promise.all(
  Array.from({ length: 10 }, () =>
    pool.use(async connection => {
      await new Promise(resolve => setTimeout(resolve, 1))
      return connection.id
    }),
  ),
)
console.log(
  `${used.length} queries over connections ${[...new Set(used)].sort((a, b) => a - b).join(' and ')}`,
)

await pool.use(connection => {
  connection.broken = true
})
await pool.use(connection => console.log(`broken: ${connection.broken}`))
await pool.close()
console.log(`left: ${pool.idle}`)

// Prints:
// 10 queries over connections 1 and 2
// broken: false
// left: 0

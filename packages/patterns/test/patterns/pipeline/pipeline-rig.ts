/** A source that notes how far it was read and whether it was closed. */
export function counting(count: number) {
  const seen = { read: 0, closed: 0 }
  async function* source(): AsyncGenerator<number, void> {
    try {
      for (let i = 0; i < count; i += 1) {
        seen.read += 1
        yield i
      }
    } finally {
      seen.closed += 1
    }
  }
  return { seen, source: source() }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

export const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** Columns side by side: the first `left` of them to the left, the others, numbers, to the right. */
export function aligned(rows: readonly (readonly string[])[], left: number): string[] {
  const columns = Math.max(...rows.map(row => row.length))
  const widths = Array.from({ length: columns }, (_, column) => widest(rows, column))
  return rows.map(row =>
    row
      .map((cell, column) =>
        column < left ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}

function widest(rows: readonly (readonly string[])[], column: number): number {
  return Math.max(...rows.map(row => row[column]?.length ?? 0))
}

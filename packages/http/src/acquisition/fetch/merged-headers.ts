type Headers = Readonly<Record<string, string>>

/** Both together; the later ones replace earlier ones of the same name, whatever its case. */
export function mergedHeaders(earlier: Headers | undefined, later: Headers): Headers {
  const replaced = new Set(Object.keys(later).map(name => name.toLowerCase()))
  const kept = Object.entries(earlier ?? {}).filter(([name]) => !replaced.has(name.toLowerCase()))
  return { ...Object.fromEntries(kept), ...later }
}

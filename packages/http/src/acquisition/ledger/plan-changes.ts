/** Names what differs between two plans' parts, whose names are written `source.part`. */
export function changesBetween(before: string, now: Readonly<Record<string, string>>): string[] {
  const old = JSON.parse(before) as Record<string, string>
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort()
  const changes = names.flatMap(name => {
    if (old[name] === now[name]) return []
    const how = old[name] === undefined ? 'added' : now[name] === undefined ? 'removed' : 'changed'
    return [`${name} ${how}`]
  })
  return changes.length === 0 ? ['the order or number of sources changed'] : changes
}

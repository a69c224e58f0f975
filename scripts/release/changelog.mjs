const HEADING = '## Unreleased\n'

/**
 * What stands under `## Unreleased` in the repository's CHANGELOG.
 * Throws when that part is missing or empty: there is nothing to release then.
 */
export function unreleased(changelog) {
  const start = changelog.indexOf(HEADING)
  if (start === -1) throw new Error('CHANGELOG.md has no "## Unreleased"')
  const rest = changelog.slice(start + HEADING.length)
  const end = rest.search(/^## /m)
  const text = (end === -1 ? rest : rest.slice(0, end)).trim()
  if (text === '') throw new Error('CHANGELOG.md has nothing under "## Unreleased"')
  return text
}

/** The repository's CHANGELOG with that part under the version's own heading, and an empty one above it. */
export function released(changelog, heading) {
  return changelog.replace(HEADING, `${HEADING}\n${heading}\n`)
}

/**
 * The items that concern one package, under their `### Added` and the like. An item names the packages that
 * it concerns before its first colon: "- `async-patterns`: ...". One that names none is for whoever works on
 * the repository.
 */
export function itemsOf(text, packageName) {
  return text
    .split(/^(?=### )/m)
    .map(part => {
      const [kind = '', ...items] = part.split(/^(?=- )/m)
      const own = items.filter(item => item.split(':')[0]?.includes(`\`${packageName}\``))
      return own.length === 0 ? '' : `${kind.trim()}\n\n${own.join('').trim()}`
    })
    .filter(part => part !== '')
    .join('\n\n')
}

/** A package's CHANGELOG with a section for the version in front of the older ones. */
export function withSection(changelog, heading, items) {
  const section = `${heading}\n\n${items === '' ? 'No change of its own.' : items}\n`
  const older = changelog.search(/^## /m)
  if (older === -1) return `${changelog.trimEnd()}\n\n${section}`
  return `${changelog.slice(0, older)}${section}\n${changelog.slice(older)}`
}

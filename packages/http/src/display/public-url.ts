const redacted = '[redacted]'
/** A shorter value (`page=3`) is no credential. */
const shortestSecret = 4

/**
 * A URL, or what was meant for one, as it may be shown and stored: without what stands before its `@`, without
 * the values of its query, and without its fragment. Values of fewer than four characters stay.
 */
export function publicUrl(text: string): string {
  // Where it is no URL, or one with an empty port, a password may hold any sign.
  const isUrl = URL.canParse(text) && /^[\w+.-]*:[\\/]{2}(?![^\\/?#]*:[\\/?#])/.test(text)
  const userInfo = isUrl ? /^([\w+.-]*:[\\/]*)[^\\/?#]*@/ : /^([\w+.-]*:?[\\/]*).*@/s
  const [, before = '', query, fragment] =
    /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(text.replace(userInfo, `$1${redacted}@`)) ?? []
  const shownQuery = query === undefined ? '' : `?${query.split('&').map(publicParameter).join('&')}`
  return before + shownQuery + (fragment === undefined ? '' : `#${hidden(fragment)}`)
}

function publicParameter(text: string): string {
  const at = text.indexOf('=')
  return at < 0 ? hidden(text) : text.slice(0, at + 1) + hidden(text.slice(at + 1))
}

function hidden(value: string): string {
  return value.length < shortestSecret ? value : redacted
}

import { UsageError } from '../usage-error.js'

/** `region=eu` by its name. @throws UsageError for what is none. */
export function settingsGiven(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map(text => {
      const at = text.indexOf('=')
      // What is behind may be a password, and is not shown.
      if (at < 1) throw new UsageError('--set needs the form setting=value, such as --set region=eu')
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

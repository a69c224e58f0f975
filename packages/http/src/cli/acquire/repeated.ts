/** Collects the values of an option that may be given several times. */
export function repeated(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), text]
}

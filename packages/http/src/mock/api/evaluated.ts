import jsonata from 'jsonata'

/** What an expression (JSONata) makes of a value; undefined for nothing. @throws what it fails with (rejects). */
export async function evaluated(
  expr: string,
  value: unknown,
  known: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  const found: unknown = await jsonata(expr).evaluate(value, { ...known })
  return found === undefined ? undefined : (JSON.parse(JSON.stringify(found) ?? 'null') as unknown)
}

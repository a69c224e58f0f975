import type { AuthorizerParts, OptionProblem } from './authorizer.js'
import { basicCredential } from './basic.js'
import type { SigningOptions } from './signing.js'
import { keyProblems, signedJwt } from './signing.js'

/** How a client says to a token endpoint who it is. */
export interface ClientOptions extends Partial<SigningOptions> {
  readonly tokenUrl: string
  readonly clientId: string
  /** Default: none, as public clients have it, which only say their name. */
  readonly clientSecret?: string | undefined
  /** Default `client_secret_basic`. */
  readonly clientAuth: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt'
}

/** Fields of the form and headers. */
interface ClientProof {
  readonly fields: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
}

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** What a request to the token endpoint carries for the client (RFC 6749, 2.3.1; RFC 7523, 2.2). */
export async function clientProof(
  options: ClientOptions,
  { secrets, clock }: Pick<AuthorizerParts, 'secrets' | 'clock'>,
): Promise<ClientProof> {
  const { clientId, clientSecret, clientAuth } = options
  if (clientAuth === 'private_key_jwt') {
    const assertion = await clientAssertion(options, clock)
    secrets.add(assertion)
    const fields = { client_id: clientId, client_assertion_type: ASSERTION, client_assertion: assertion }
    return { fields, headers: {} }
  }
  if (clientSecret === undefined) return { fields: { client_id: clientId }, headers: {} }
  if (clientAuth === 'client_secret_post')
    return { fields: { client_id: clientId, client_secret: clientSecret }, headers: {} }
  const credential = basicCredential(formEncoded(clientId), formEncoded(clientSecret))
  secrets.add(credential)
  return { fields: {}, headers: { authorization: `Basic ${credential}` } }
}

/** What is missing, or wrong with the key. */
export function clientProblems(options: ClientOptions, needsProof: boolean): readonly OptionProblem[] {
  const { clientAuth, clientSecret, privateKey, algorithm = 'RS256' } = options
  if (clientAuth === 'private_key_jwt') return keyProblems({ privateKey: privateKey ?? '', algorithm })
  return needsProof && clientSecret === undefined ? [{ option: 'clientSecret', allowed: 'a text' }] : []
}

function clientAssertion(options: ClientOptions, clock: AuthorizerParts['clock']): Promise<string> {
  const { clientId, tokenUrl, privateKey = '', keyId, algorithm = 'RS256' } = options
  const claims = { iss: clientId, sub: clientId, aud: tokenUrl }
  return signedJwt(claims, { privateKey, keyId, algorithm }, clock)
}

function formEncoded(text: string): string {
  return new URLSearchParams({ v: text }).toString().slice(2)
}

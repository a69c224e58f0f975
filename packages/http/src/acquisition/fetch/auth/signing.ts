import type { KeyObject } from 'node:crypto'
import { createPrivateKey, randomUUID } from 'node:crypto'
import type { Clock } from 'async-patterns'
import { SignJWT } from 'jose'
import type { SchemaParts } from '../../schema/index.js'
import type { OptionProblem } from './authorizer.js'

/** By what a JSON Web Token is signed. */
export interface SigningOptions {
  /** PEM (PKCS#8, PKCS#1 or SEC1), not encrypted. Line breaks may be written `\n`, as environments have them. */
  readonly privateKey: string
  /** Which of the keys that the service knows it is (`kid`). Default: not told. */
  readonly keyId?: string | undefined
  /** Default `RS256`. */
  readonly algorithm: 'RS256' | 'ES256'
}

/** An assertion is used once, at once. */
const LIFETIME_SECONDS = 300

/** The keys of signing, but for the private key. */
export function signingSchema({ text, oneOf }: SchemaParts) {
  return { keyId: text().optional(), algorithm: oneOf(['RS256', 'ES256']).prefault('RS256') }
}

/** What is wrong with the key; what it holds is not shown. */
export function keyProblems({ privateKey, algorithm }: SigningOptions): readonly OptionProblem[] {
  const type = algorithm === 'RS256' ? 'RSA' : 'EC on P-256'
  return fits(keyOf(privateKey), algorithm)
    ? []
    : [{ option: 'privateKey', allowed: `a private key for ${algorithm} (${type}) as PEM, not encrypted` }]
}

/** A JSON Web Token with these claims, which is new each time and lives for five minutes. */
export async function signedJwt(
  claims: Readonly<Record<string, string | undefined>>,
  { privateKey, keyId, algorithm }: SigningOptions,
  clock: Clock,
): Promise<string> {
  const now = Math.floor(clock.wallNow() / 1_000)
  const given = Object.fromEntries(Object.entries(claims).filter(([, claim]) => claim !== undefined))
  return new SignJWT(given)
    .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...(keyId !== undefined && { kid: keyId }) })
    .setIssuedAt(now)
    .setExpirationTime(now + LIFETIME_SECONDS)
    .setJti(randomUUID())
    .sign(keyOf(privateKey) as KeyObject)
}

function keyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem.replaceAll('\\n', '\n'))
  } catch {
    return undefined
  }
}

function fits(key: KeyObject | undefined, algorithm: SigningOptions['algorithm']): boolean {
  if (algorithm === 'RS256') return key?.asymmetricKeyType === 'rsa'
  return key?.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
}

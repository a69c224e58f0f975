export { AuthError } from './auth/auth-error.js'
export type {
  AuthKind,
  Authorizer,
  AuthorizerParts,
  OptionProblem,
  OutgoingRequest,
} from './auth/authorizer.js'
export { CookieJar } from './auth/cookie-jar.js'
export { CookieTransport } from './auth/cookie-transport.js'
export { CredentialFile } from './auth/credential-file.js'
export type { KeptCredentials } from './auth/kept-credentials.js'
export type { AuthConfig } from './auth/kinds.js'
export { authKinds, authorizerOf, authProblems, credentialParameter } from './auth/kinds.js'
export type { MintedToken, Tokens } from './auth/tokens.js'
export { learningTokens, MemoryTokens } from './auth/tokens.js'
export type { ConnectionSettings, TlsConfig } from './connection.js'
export type { DepartureLimiter, EndpointLimit, Limits, Quiet } from './endpoint-limiter.js'
export { EmbeddedLimits, limitersOf } from './endpoint-limiter.js'
export { byEndpoint, strictest } from './endpoints.js'
export type { FetchedPage, FetchObserver, PageRequest } from './fetcher.js'
export { Fetcher } from './fetcher.js'
export { HttpStatusError } from './http-status-error.js'
export { MemoryBudget } from './memory-budget.js'
export { QuietError } from './quiet-error.js'
export type { RedirectSetting } from './redirects.js'
export type { ResponseAction, ResponseRule } from './response-rules.js'
export { defaultRules, observedPaths, ResponseRules } from './response-rules.js'
export type { Health, StreamHealth, WatchedStream } from './stream-health.js'
export { EmbeddedHealth } from './stream-health.js'
export { StreamTransports } from './stream-transports.js'
export type { BreakerLimits, OwnLimits, PoliteLimits, RetryLimits, StreamLimits } from './stream-limits.js'

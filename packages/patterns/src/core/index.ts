export { abortReason, isAborted, onAbort, raceAbort } from './abort.js'
export { captureScope } from './async-scope.js'
export { CancellableContext } from './cancellable-context.js'
export type { Clock, TimerHandle } from './clock.js'
export type { Added, AnyPolicy, Understood } from './compose.js'
export { compose, PolicyStack } from './compose.js'
export { CallContext, contextOf, ownContextOf } from './context.js'
export { deadlineExceeded, deadlineOf, deadlinePassed, tooLate } from './deadline.js'
export { Deferred } from './deferred.js'
export type { Discard } from './discard.js'
export { discardWith, disposeValue } from './discard.js'
export { parseDuration } from './duration.js'
export type { AsyncPatternsErrorOptions, Facts } from './errors.js'
export {
  AcquireTimeoutError,
  AsyncPatternsError,
  ClearedError,
  ClosedError,
  DeadlineExceededError,
  QueueFullError,
  RejectionError,
  TimeoutError,
} from './errors.js'
export type { Listener, PatternEvent } from './events.js'
export { Events } from './events.js'
export { onGivenUp } from './given-up.js'
export { checkPolicy, checkWithin, misuse } from './misuse.js'
export type { LatencyPercentiles, LatencyRecorder } from './latencies.js'
export type { Linked } from './linked-list.js'
export { LinkedList } from './linked-list.js'
export type { NumberRange } from './option-checks.js'
export {
  checkCount,
  checkDuration,
  checkFunction,
  checkNumber,
  checkOneOf,
  withDefaults,
  wrong,
} from './option-checks.js'
export type { OptionRule, OptionRules } from './options.js'
export {
  anything,
  checkOptions,
  clockLike,
  count,
  duration,
  fn,
  flag,
  having,
  numeric,
  oneOf,
  optional,
  optionsOf,
  orFn,
  orObject,
  orOff,
  share,
  text,
} from './options.js'
export type { PerKeyOptions } from './per-key.js'
export { PerKey, perKey } from './per-key.js'
export type { Context, Operation, Outcome, Policy, PolicyDescription, PolicyRole, Within } from './policy.js'
export type { AsyncScope } from './platform.js'
export type { Random } from './random.js'
export { seededRandom, systemRandom } from './random.js'
export { runOperation } from './run-operation.js'
export { keepShape } from './keep-shape.js'
export { sleepOn } from './sleep.js'
export { atEndOfTurn, systemClock } from './system-clock.js'

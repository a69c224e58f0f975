/// <reference lib="esnext.disposable" preserve="true" />
export {
  type Added,
  type AnyPolicy,
  AcquireTimeoutError,
  AsyncPatternsError,
  type AsyncPatternsErrorOptions,
  abortReason,
  ClearedError,
  type Clock,
  ClosedError,
  type Context,
  compose,
  contextOf,
  type Discard,
  disposeValue,
  isAborted,
  type LatencyPercentiles,
  type LatencyRecorder,
  type Listener,
  type Operation,
  type Outcome,
  onAbort,
  type PatternEvent,
  PerKey,
  type PerKeyOptions,
  type Policy,
  type PolicyDescription,
  type PolicyRole,
  PolicyStack,
  perKey,
  QueueFullError,
  type Random,
  raceAbort,
  seededRandom,
  systemClock,
  systemRandom,
  TimeoutError,
  type TimerHandle,
  type Understood,
  type Within,
} from './core/index.js'

export {
  checkCount,
  checkDuration,
  checkNumber,
  checkOneOf,
  checkOptions,
  type NumberRange,
  parseDuration,
  withDefaults,
} from './core/index.js'
export {
  checkFunction,
  DeadlineExceededError,
  Deferred,
  Events,
  type Facts,
  RejectionError,
} from './core/index.js'

export {
  BoundedQueue,
  type BoundedQueueOptions,
  type TakeBatchOptions,
} from './patterns/bounded-queue/index.js'

export * from './patterns/rate-limiter/index.js'

export {
  type BreakerCall,
  type BreakerEvent,
  BreakerHealthCheck,
  type BreakerHealthCheckOptions,
  type BreakerMetrics,
  BreakerOpenError,
  type BreakerRejection,
  type BreakerRejectionEvent,
  breakerOptionsFromEnv,
  type BreakerSnapshot,
  type BreakerStateName,
  type BreakerTotals,
  type BreakerTransitionEvent,
  type CallCounts,
  CircuitBreaker,
  type CircuitBreakerOptions,
  type TransitionCause,
  type TripRule,
  type Verdict,
} from './patterns/circuit-breaker/index.js'

export {
  type BatchCloseOptions,
  BatchProcessor,
  type BatchProcessorMetrics,
  type BatchProcessorOptions,
} from './patterns/batch-processor/index.js'

export {
  type Permit,
  type SemaphoreAcquireOptions,
  type SemaphoreAcquiredEvent,
  type SemaphoreEvent,
  SemaphoreLimiter,
  type SemaphoreMetrics,
  type SemaphoreOptions,
  type SemaphoreQueuedEvent,
  type SemaphoreRejectedEvent,
} from './patterns/semaphore-limiter/index.js'

export {
  ProducerConsumerPipeline,
  type ProducerConsumerPipelineMetrics,
  type ProducerConsumerPipelineOptions,
  type StopOptions,
  type WhenFull,
} from './patterns/producer-consumer-pipeline/index.js'
export {
  type DestroyReason,
  Lease,
  type PoolAcquireOptions,
  type PoolCounts,
  ResourceCreateError,
  ResourcePool,
  type ResourcePoolEvent,
  type ResourcePoolMetrics,
  type ResourcePoolOptions,
  type ResourcePoolRejectEvent,
} from './patterns/resource-pool/index.js'

export {
  type Backoff,
  clampDelay,
  ConstantBackoff,
  type ConstantBackoffOptions,
  DecorrelatedBackoff,
  type DecorrelatedBackoffOptions,
  ExponentialBackoff,
  type ExponentialBackoffOptions,
  type Jitter,
  LONGEST_DELAY_MS,
} from './patterns/backoff/index.js'
export { Deadline, type DeadlineEvent, type DeadlineOptions } from './patterns/deadline/index.js'
export {
  type ExhaustedReason,
  delayAskedFor,
  LONGEST_PLAUSIBLE_WISH_MS,
  parseRetryAfter,
  type RetryAgainEvent,
  RetryBudget,
  RetryBudgetExceededError,
  type RetryBudgetExceededEvent,
  type RetryBudgetOptions,
  type RetryBudgetState,
  type RetryConfig,
  type RetryOptions,
  retryErrors,
  type RetryEvent,
  RetryExhaustedError,
  type RetryExhaustedEvent,
  type RetryHistory,
  type RetryMetrics,
  RetryPolicy,
  type RetryVerdict,
} from './patterns/retry/index.js'
export {
  DeadlineQueue,
  type Expiring,
  Timeout,
  type TimeoutEvent,
  type TimeoutOptions,
} from './patterns/timeout/index.js'

export {
  type BatchOptions,
  batch,
  type ForEachOptions,
  forEach,
  type MapOptions,
  type Mapper,
  map,
  pipeline,
  type Source,
  type Stage,
} from './patterns/pipeline/index.js'

export {
  AdaptiveLimiter,
  type AdaptiveLimiterMetrics,
  type AdaptiveLimiterOptions,
  AimdLimit,
  type AimdLimitOptions,
  Gradient2Limit,
  type Gradient2LimitOptions,
  type Limit,
  type LimitBounds,
  type LimitChangedEvent,
  type LimitSample,
  type LoadVerdict,
  VegasLimit,
  type VegasLimitOptions,
} from './patterns/adaptive-limiter/index.js'
export { Chaos, ChaosError, type ChaosEvent, type ChaosOptions } from './patterns/chaos/index.js'
export { Fallback, type FallbackEvent, type FallbackOptions } from './patterns/fallback/index.js'
export {
  Hedge,
  type HedgeEvent,
  HedgeLostError,
  type HedgeMetrics,
  type HedgeOptions,
} from './patterns/hedge/index.js'
export {
  Cache,
  type CacheEvent,
  type CacheLoad,
  type CacheMetrics,
  type CacheOptions,
  type LoadContext,
} from './patterns/cache/index.js'

export {
  describe,
  type LayerDescription,
  type StackDescription,
  type StackWarning,
  type StackWarningCode,
  type WorstCase,
} from './patterns/describe/index.js'

import type { ConformanceAdapter, ManualClock } from 'async-patterns/testing'

/** This package as an adapter: in real time, or in that of the clock. */
export function ownAdapter(clock?: ManualClock): ConformanceAdapter

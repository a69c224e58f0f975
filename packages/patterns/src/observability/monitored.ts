import type { OperationMonitor } from './operation-monitor.js'

type Method<This, Args extends unknown[], R> = (this: This, ...args: Args) => R

/**
 * A standard (TC39) method decorator: every call is measured by `monitor`, under `name` or, without one,
 * the method's own name.
 *
 *     class Shop {
 *       @monitored(monitor, 'shop.products')
 *       async products(): Promise<Product[]> { ... }
 *     }
 */
export function monitored(monitor: OperationMonitor, name?: string) {
  return <This, Args extends unknown[], R>(
    method: Method<This, Args, R>,
    context: ClassMethodDecoratorContext<This, Method<This, Args, R>>,
  ): Method<This, Args, R> => monitor.wrap(name ?? String(context.name), method)
}

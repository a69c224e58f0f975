import { monitored, OperationMonitor } from 'async-patterns/observability'

const monitor = new OperationMonitor()

/** Compiled, not run: the decorator keeps the types of the methods that it decorates. */
export class Shop {
  readonly #name = 'shop'

  @monitored(monitor, 'shop.products')
  async products(count: number): Promise<string> {
    return this.#name.repeat(count)
  }

  @monitored(monitor)
  close(): void {
    // @ts-expect-error a decorated method takes what it took before
    this.products('two').catch(() => undefined)
  }
}

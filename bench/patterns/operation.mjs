/** What every contender runs: the least that is asynchronous. */
export const operation = async () => 1

/** One call after the other. */
export const repeat = call => ({
  async run(calls) {
    for (let i = 0; i < calls; i++) await call()
  },
})

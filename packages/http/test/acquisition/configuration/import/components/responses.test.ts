import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { imported, manifestOf, refusal, streamOf, streamWritten } from '../manifest-of.js'

const partsOf = (yaml: string) => ({
  requester: { error_handler: { type: 'DefaultErrorHandler', ...(parse(yaml) as object) } },
})
const written = (yaml: string) => streamWritten(partsOf(yaml))['responses']
const refused = (yaml: string) => refusal(partsOf(yaml))
const filter = (yaml: string) => `response_filters: [{ type: HttpResponseFilter, ${yaml} }]`

describe('waits', () => {
  const by = (strategy: string) => `backoff_strategies: [${strategy}]`

  test.each([
    ['{ type: ExponentialBackoffStrategy, factor: 5 }', undefined],
    ['{ type: ConstantBackoffStrategy, backoff_time_in_seconds: 5 }', { for: '5s' }],
    ['{ type: ConstantBackoffStrategy, backoff_time_in_seconds: "30.0" }', { for: '30s' }],
    ['{ type: ConstantBackoffStrategy, backoff_time_in_seconds: 0.25 }', { for: '250ms' }],
    ['{ type: ConstantBackoffStrategy, backoff_time_in_seconds: 0 }', { for: '1ms' }],
    [
      '{ type: ConstantBackoffStrategy, backoff_time_in_seconds: "{{ config[\'page_size\'] }}" }',
      { for: '50s' },
    ],
    [
      '{ type: WaitTimeFromHeader, header: Retry-After }',
      { until: { header: 'Retry-After', as: 'seconds' } },
    ],
    ['{ type: WaitTimeFromHeader, header: wait, regex: "" }', { until: { header: 'wait', as: 'seconds' } }],
    [
      '{ type: WaitUntilTimeFromHeader, header: X-Reset }',
      { until: { header: 'X-Reset', as: 'epochSeconds' } },
    ],
  ])('%s holds for what is retried by default', (strategy, wait) => {
    expect(written(by(strategy))).toEqual(
      wait === undefined ? undefined : [{ status: [429, '5xx'], then: 'wait', ...wait }],
    )
  })

  test.each([
    [
      '{ type: ConstantBackoffStrategy, backoff_time_in_seconds: soon }',
      'backoff',
      'the time to wait is no number',
    ],
    [
      '{ type: WaitTimeFromHeader, header: wait, regex: "[0-9]+" }',
      'backoff',
      'the time is cut out of a header',
    ],
    [
      '{ type: CustomBackoffStrategy, class_name: source_acme.Wait }',
      'custom component',
      'backoff source_acme.Wait',
    ],
    ['{ type: Sleep }', 'backoff', 'Sleep has no counterpart'],
  ])('%s is refused', (strategy, about, detail) => {
    expect(refused(by(strategy))).toMatchObject({ about, detail })
  })
})

describe('rules', () => {
  test.each([
    ['action: SUCCESS, http_codes: [404]', { status: 404, then: 'page' }],
    ['action: IGNORE, http_codes: [403, 404]', { status: [403, 404], then: 'skip' }],
    ['action: RETRY, http_codes: ["500"]', { status: 500, then: 'retry' }],
    ['action: RATE_LIMITED, http_codes: 420', { status: 420, then: 'retry' }],
    ["action: RETRY, http_codes: '[500, 502]'", { status: [500, 502], then: 'retry' }],
    ['action: REFRESH_TOKEN_THEN_RETRY, http_codes: [401]', { status: 401, then: 'refreshAuth' }],
    [
      'action: FAIL, http_codes: [402], error_message: " Pay first. "',
      { status: 402, then: 'fail', message: 'Pay first.' },
    ],
    [
      'action: FAIL, http_codes: [402], error_message: "{{ response.message }}"',
      { status: 402, then: 'fail' },
    ],
    ['action: FAIL, http_codes: [402], error_message: " "', { status: 402, then: 'fail' }],
    // One that does nothing leaves it to the default.
    ['http_codes: [401]', undefined],
    ['action: IGNORE, predicate: ""', undefined],
    ['action: IGNORE, predicate: "{{ False }}"', undefined],
    [
      'action: IGNORE, predicate: "{{ response.code == 7 }}"',
      { body: { path: 'code', is: 7 }, then: 'skip' },
    ],
    [
      'action: IGNORE, predicate: "{{ response.code == 7 or \'gone\' in response.message }}"',
      [
        { body: { path: 'code', is: 7 }, then: 'skip' },
        { body: { path: 'message.gone', exists: true }, then: 'skip' },
        { body: { path: 'message', matches: 'gone' }, then: 'skip' },
        { body: { path: 'message[*]', is: 'gone' }, then: 'skip' },
      ],
    ],
    // That there is an error at all says nothing more.
    [
      'action: RETRY, predicate: "{{ response.error is defined and response.error.code == 7 }}"',
      { body: { path: 'error.code', is: 7 }, then: 'retry' },
    ],
    [
      'action: RETRY, predicate: "{{ response.error and response.error == \'busy\' }}"',
      { body: { path: 'error', is: 'busy' }, then: 'retry' },
    ],
    [
      'action: RETRY, predicate: "{{ response.text is defined and response.text.startswith(\'busy\') }}"',
      { body: { path: 'text', matches: '^busy' }, then: 'retry' },
    ],
    [
      'action: RETRY, predicate: "{{ response.a is defined and response.b == 1 }}"',
      {
        body: [
          { path: 'a', exists: true },
          { path: 'b', is: 1 },
        ],
        then: 'retry',
      },
    ],
    [
      'action: RETRY, predicate: "{{ response.a is defined and response.b is defined and response.a.c == 1 }}"',
      {
        body: [
          { path: 'b', exists: true },
          { path: 'a.c', is: 1 },
        ],
        then: 'retry',
      },
    ],
    [
      'action: RETRY, error_message_contains: "busy (1)"',
      {
        body: {
          any: [
            'message',
            'error',
            'error.message',
            'errors[*]',
            'errors[*].message',
            'error_message',
            'detail',
            'error_description',
          ].map(path => ({ path, matches: 'busy \\(1\\)' })),
        },
        then: 'retry',
      },
    ],
    ['action: IGNORE, http_codes: [404], error_message_contains: ""', { status: 404, then: 'skip' }],
  ])('%s', (yaml, rules) => {
    expect(written(filter(yaml))).toEqual(rules === undefined ? undefined : [rules].flat())
  })

  test('what is retried waits as it is told; what is not does not', () => {
    const yaml = `
backoff_strategies: [{ type: ConstantBackoffStrategy, backoff_time_in_seconds: 5 }]
response_filters:
  - { type: HttpResponseFilter, action: RETRY, http_codes: [503] }
  - { type: HttpResponseFilter, action: IGNORE, http_codes: [404] }`
    expect(written(yaml)).toEqual([
      { status: 503, then: 'wait', for: '5s' },
      { status: 404, then: 'skip' },
    ])
  })

  test.each([
    ['action: RESET_PAGINATION, http_codes: [400]', 'the action RESET_PAGINATION has no counterpart'],
    ['action: IGNORE, http_codes: [many]', 'a status is no number'],
    ['action: IGNORE, http_codes: "{{ config[\'shop\'] }}"', 'a status is no number'],
    ['action: IGNORE, predicate: "{{ True }}"', 'the predicate holds for every response'],
    ['action: IGNORE, predicate: "{{ response }}"', 'the predicate asks for nothing'],
  ])('%s is refused', (yaml, detail) => {
    expect(refused(filter(yaml))).toMatchObject({
      about: 'error handler',
      detail: expect.stringContaining(detail) as unknown,
    })
  })

  test('a predicate over headers is refused', () => {
    expect(refused(filter("action: IGNORE, predicate: \"{{ headers['X-Gone'] == 'yes' }}\""))).toMatchObject({
      about: 'condition',
    })
  })
})

describe('handlers', () => {
  test.each([
    ['max_retries: 3', 4],
    ['max_retries: "7"', 8],
    ['max_retries: 500', 100],
    ['max_retries: "{{ config[\'page_size\'] }}"', 51],
  ])('%s', (yaml, maxAttempts) => {
    const [source] = imported(manifestOf([streamOf(partsOf(yaml))])).sources
    expect(source?.['limits']).toEqual({ retry: { maxAttempts } })
  })

  test('within one another; none at all', () => {
    const inner = (codes: string) =>
      `{ type: DefaultErrorHandler, ${filter(`action: IGNORE, http_codes: [${codes}]`)} }`
    const yaml = `
type: CompositeErrorHandler
error_handlers:
  - ${inner('403')}
  - { type: CompositeErrorHandler, error_handlers: [${inner('404')}, ${inner('410')}] }`
    expect(written(yaml)).toEqual([
      { status: 403, then: 'skip' },
      { status: 404, then: 'skip' },
      { status: 410, then: 'skip' },
    ])
    expect(written('type: CompositeErrorHandler')).toBeUndefined()
  })

  test.each([
    [
      '{ type: CustomErrorHandler, class_name: source_acme.Errors }',
      'custom component',
      'error handler source_acme.Errors',
    ],
    ['type: OtherHandler', 'error handler', 'OtherHandler has no counterpart'],
  ])('%s is refused', (yaml, about, detail) => {
    expect(refused(yaml)).toMatchObject({ about, detail })
  })
})

import { describe, expect, test } from 'vitest'
import { imported, manifestOf, refusal, streamOf, streamWritten } from './manifest-of.js'

describe('the request of a stream', () => {
  test('settings, parameters and defaults', () => {
    const { sources } = imported(
      manifestOf([
        streamOf({
          requester: {
            url_base: "https://{{ config['shop'] }}.acme.example/api/",
            path: "{{ parameters['kind'] }}/{{ config['team'] or 'all' }}",
            $parameters: { kind: 'things' },
            request_parameters: {
              limit: "{{ config['page_size'] }}",
              team: "{{ config['team'] }}",
              flag: true,
              tags: "['a', 'b']",
            },
            request_headers: { 'X-Key': "Key {{ config['api_key'] }}" },
          },
        }),
      ]),
    )
    expect(sources[0]).toMatchObject({
      name: 'acme',
      baseUrl: 'https://${SHOP}.acme.example/api',
      streams: [
        {
          path: '/things/all',
          query: { limit: 50, flag: 'True', tags: ['a', 'b'] },
          headers: { 'X-Key': 'Key ${API_KEY}' },
        },
      ],
    })
    expect(sources[0]?.streams[0]).not.toHaveProperty('query.team')
  })

  test('--set gives values, and variables of another name', () => {
    const requester = { path: "{{ config['shop'] | upper }}/{{ config['api_key'] }}" }
    expect(refusal({ requester })).toMatchObject({
      about: 'setting in an expression',
      settings: ['shop', 'api_key'],
    })
    const set = { shop: 'north', api_key: '${KEY}' }
    expect(streamWritten({ requester }, { set })).toMatchObject({ path: '/NORTH/${KEY}' })
  })

  test('a GET stays one where a cursor goes into its body', () => {
    const paginator = {
      type: 'DefaultPaginator',
      page_token_option: { type: 'RequestOption', inject_into: 'body_json', field_name: 'token' },
      pagination_strategy: { type: 'CursorPagination', cursor_value: '{{ response.next }}' },
    }
    expect(streamWritten({ retriever: { paginator } })).toMatchObject({ method: 'GET', body: { json: {} } })
  })

  test.each([
    ['body_data', { form: {} }],
    ['body_json', { json: {} }],
  ])('a key in %s makes a body', (place, body) => {
    const authenticator = {
      type: 'ApiKeyAuthenticator',
      api_token: "{{ config['api_key'] }}",
      inject_into: { type: 'RequestOption', inject_into: place, field_name: 'key' },
    }
    expect(streamWritten({ requester: { http_method: 'POST', authenticator } })).toMatchObject({ body })
  })

  test('bodies: JSON with types, forms, GraphQL', () => {
    const json = { a: '7', b: 'x{y}', n: { page: "{{ config['page_size'] }}", none: "{{ config['team'] }}" } }
    expect(streamWritten({ requester: { http_method: 'POST', request_body_json: json } })).toMatchObject({
      body: { json: { a: 7, b: 'x{{y}', n: { page: 50 } } },
    })
    expect(
      streamWritten({ requester: { http_method: 'POST', request_body_data: { a: 'b' } } }),
    ).toMatchObject({
      body: { form: { a: 'b' } },
    })
    const query = 'query { items(first: 10) { id } }'
    expect(
      streamWritten({
        requester: { http_method: 'POST', request_body_json: { query, variables: { a: 1 } } },
      }),
    ).toMatchObject({
      body: { graphql: { query, variables: { a: 1 } } },
    })
  })

  test('streams at one origin make one source; at another, another', () => {
    const other = { url_base: 'https://files.acme.example' }
    const deeper = { url_base: 'https://api.acme.example/v1/beta/' }
    const { sources } = imported(
      manifestOf([
        streamOf(),
        streamOf({ name: 'betas', requester: deeper }),
        streamOf({ name: 'files', requester: other }),
      ]),
    )
    expect(
      sources.map(({ name, baseUrl, streams }) => [name, baseUrl, streams.map(one => one['path'])]),
    ).toEqual([
      ['acme', 'https://api.acme.example/v1', ['/items', '/beta/betas']],
      ['acme-2', 'https://files.acme.example', ['/files']],
    ])
  })

  test('definitions by reference, and parameters that flow down', () => {
    const { streams } = imported(
      manifestOf([{ $ref: '#/definitions/base', $parameters: { name: 'orders', path: 'v2/orders' } }], {
        definitions: {
          requester: { type: 'HttpRequester', url_base: 'https://api.acme.example' },
          base: {
            type: 'DeclarativeStream',
            retriever: {
              requester: '#/definitions/requester',
              record_selector: { extractor: { field_path: [] } },
            },
          },
        },
      }),
    )
    expect(streams).toMatchObject([{ name: 'orders', path: '/v2/orders', id: 'none' }])
  })
})

describe('authentication', () => {
  test.each([
    [
      { type: 'BearerAuthenticator', api_token: "{{ config['api_key'] }}" },
      { type: 'bearer', token: '${API_KEY}' },
    ],
    [
      { type: 'BasicHttpAuthenticator', username: "{{ config['shop'] }}", password: '' },
      { type: 'basic', username: '${SHOP}', password: '' },
    ],
    [
      { type: 'ApiKeyAuthenticator', header: 'X-Key', api_token: "{{ config['api_key'] }}" },
      { type: 'apiKey', in: 'header', name: 'X-Key', value: '${API_KEY}' },
    ],
    [
      {
        type: 'ApiKeyAuthenticator',
        api_token: "{{ config['api_key'] }}",
        inject_into: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'key' },
      },
      { type: 'apiKey', in: 'query', name: 'key', value: '${API_KEY}' },
    ],
    [
      {
        type: 'OAuthAuthenticator',
        token_refresh_endpoint: 'https://id.acme.example/token',
        grant_type: 'refresh_token',
        client_id: "{{ config['shop'] }}",
        client_secret: "{{ config['api_key'] }}",
        refresh_token: "{{ config['api_key'] }}",
        scopes: ['a', 'b'],
        access_token_name: 'token',
        refresh_request_body: { audience: 'x' },
      },
      {
        type: 'oauth2',
        grant: 'refreshToken',
        tokenUrl: 'https://id.acme.example/token',
        clientId: '${SHOP}',
        clientSecret: '${API_KEY}',
        clientAuth: 'client_secret_post',
        refreshToken: '${API_KEY}',
        scopes: ['a', 'b'],
        params: { audience: 'x' },
        tokenPath: 'token',
      },
    ],
    [
      {
        type: 'SessionTokenAuthenticator',
        login_requester: {
          type: 'HttpRequester',
          url_base: 'https://api.acme.example',
          path: 'login',
          http_method: 'POST',
          request_body_json: { user: "{{ config['shop'] }}" },
        },
        session_token_path: ['data', 'token'],
        expiration_duration: 'PT30M',
        request_authentication: { type: 'Bearer' },
      },
      {
        type: 'login',
        url: 'https://api.acme.example/login',
        method: 'POST',
        body: { json: { user: '${SHOP}' } },
        token: { body: 'data.token' },
        validFor: '30m',
        in: 'header',
        name: 'Authorization',
        prefix: 'Bearer',
      },
    ],
  ])('%j', (authenticator, auth) => {
    expect(streamWritten({ requester: { authenticator } })['auth']).toEqual(auth)
  })

  test('one of several, by a setting', () => {
    const authenticator = {
      type: 'SelectiveAuthenticator',
      authenticator_selection_path: ['credentials', 'kind'],
      authenticators: {
        key: { type: 'BearerAuthenticator', api_token: "{{ config['credentials']['key'] }}" },
        token: { type: 'BearerAuthenticator', api_token: "{{ config['credentials']['token'] }}" },
      },
    }
    expect(streamWritten({ requester: { authenticator } })['auth']).toMatchObject({
      token: '${CREDENTIALS_KEY}',
    })
    const set = { 'credentials.kind': 'token' }
    expect(streamWritten({ requester: { authenticator } }, { set })['auth']).toMatchObject({
      token: '${CREDENTIALS_TOKEN}',
    })
  })

  test('Python is refused with its line', () => {
    const requester = { authenticator: { type: 'CustomAuthenticator', class_name: 'source_acme.Auth' } }
    const found = refusal({ requester })
    expect(found).toMatchObject({
      about: 'custom component',
      detail: expect.stringContaining('source_acme.Auth'),
    })
    const lines = manifestOf([streamOf({ requester })]).split('\n')
    expect(lines[(found?.line ?? 0) - 1]).toContain('CustomAuthenticator')
  })
})

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { ApiRefused, failed, jsonApi, jsonObject, urlPath } from '../../sdk/index.ts'
import { openTestInstance, serveCompany, type CompanyRequest } from '../../sdk/test-kit/index.ts'

/** A company that answers by its paths, and what it was asked. */
async function openCompany(t: TestContext) {
  const asked: CompanyRequest[] = []
  const company = await serveCompany({
    answer(request) {
      asked.push(request)
      if (request.path === '/v1/none') return { status: 404, json: { id: 'never read' } }
      if (request.path === '/v1/gone') return { status: 204, body: '' }
      if (request.path === '/v1/no') return { status: 409, json: { code: 'taken' } }
      if (request.path === '/v1/page') return { status: 503, body: '<h1>Down</h1>' }
      if (request.path === '/v1/torn') return { body: '{"id": ' }
      return { json: { id: 'a', said: request.body } }
    },
  })
  const { context, close } = openTestInstance({
    secrets: { api_key: 'key' },
    outbound: { 'https://company.example.com': company.origin },
  })
  t.after(async () => {
    close()
    await company.close()
  })
  const headers = { authorization: `Bearer ${context.secret.header('api_key')}` }
  return { api: jsonApi('https://company.example.com/v1', headers), asked }
}

test('what is asked carries its headers, body and key, each where it has one', async (t) => {
  const { api, asked } = await openCompany(t)
  assert.deepEqual(await api.get('/things/1'), { id: 'a', said: '' })
  assert.deepEqual(await api.post('/things', { name: 'Ann' }, 'key_1'), { id: 'a', said: '{"name":"Ann"}' })
  await api.put('/things/1', { name: 'Bob' })
  await api.patch('/things/1', {}, 'key_2')
  await api.delete('/things/1', 'key_3')
  assert.deepEqual(
    asked.map(({ method, path, headers, body }) => [
      ...[method, path, headers['authorization'], headers['content-type'] ?? null],
      ...[headers['idempotency-key'] ?? null, body],
    ]),
    [
      ['GET', '/v1/things/1', 'Bearer key', null, null, ''],
      ['POST', '/v1/things', 'Bearer key', 'application/json', 'key_1', '{"name":"Ann"}'],
      ['PUT', '/v1/things/1', 'Bearer key', 'application/json', null, '{"name":"Bob"}'],
      ['PATCH', '/v1/things/1', 'Bearer key', 'application/json', 'key_2', '{}'],
      ['DELETE', '/v1/things/1', 'Bearer key', null, 'key_3', ''],
    ],
  )
})

test('what is not there is undefined, nothing said is an empty answer, and the rest is thrown', async (t) => {
  const { api } = await openCompany(t)
  assert.equal(await api.get('/none'), undefined)
  assert.deepEqual(await api.delete('/gone'), {})
  await assert.rejects(api.get('/torn'), SyntaxError)
  await assert.rejects(api.post('/no', {}), (error: unknown) => {
    assert.ok(error instanceof ApiRefused)
    assert.deepEqual([error.status, error.said], [409, { code: 'taken' }])
    assert.equal(error.message, 'The company answered 409 to POST /v1/no.')
    return true
  })
  await assert.rejects(api.get('/page'), {
    ...{ name: 'ApiRefused', message: 'The company answered 503 to GET /v1/page.' },
  })
})

test('a value in a path stays one value', () => {
  assert.equal(urlPath`/domains/${'a/b?c'}/hosts/${7}`, '/domains/a%2Fb%3Fc/hosts/7')
  assert.equal(urlPath`/things?of=${''}&day=${'2026-11-26'}`, '/things?of=&day=2026-11-26')
  for (const value of ['', '.', '..'])
    assert.throws(() => urlPath`/servers/${value}`, {
      message: `"${value}" cannot stand in the path "/servers/…".`,
    })
})

test('texts of others are objects or nothing', () => {
  assert.deepEqual(jsonObject('{"payment":"p_1"}'), { payment: 'p_1' })
  for (const text of ['', '{', 'null', '[]', '"x"', '7']) assert.deepEqual(jsonObject(text), {})
})

test('a failure says whether waiting helps', () => {
  assert.deepEqual(failed('conflict', 'No such box.'), {
    ...{ outcome: 'failed', code: 'conflict', message: 'No such box.', kind: 'permanent' },
  })
  assert.equal(failed('unreachable', 'It is down.', 'transient').kind, 'transient')
})

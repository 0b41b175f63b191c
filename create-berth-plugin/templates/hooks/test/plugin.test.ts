import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openTestInstance } from '@berth/sdk/test-kit'
import plugin from '../index.ts'

function open(t: TestContext, settings = {}) {
  const instance = openTestInstance({ settings })
  t.after(() => instance.close())
  return instance
}

const event = {
  id: 'evt_1',
  type: 'invoice.paid',
  version: 1,
  subject: 'inv_1',
  brand_id: null,
  client_id: 'cli_1',
  occurred_at: '2026-01-01T00:00:00.000Z',
  actor: 'system:billing',
  causes: [],
  own: false,
  body: {},
}
const question = {
  noun: 'service',
  transition: 'end',
  subject: 'svc_1',
  from: 'active',
  to: 'ended',
  brand_id: null,
  client_id: 'cli_1',
  actor_kind: 'client',
  reason: null,
  facts: {},
}

test('an event that comes twice is counted once', async (t) => {
  const { context } = open(t)
  const observers = plugin.observe!(context)
  for (const id of ['evt_1', 'evt_1', 'evt_2']) await observers['invoice.paid']!({ ...event, id })
  assert.equal((await context.storage.get('paid'))?.value, 2)
})

test('a client is refused, staff are not', async (t) => {
  const checks = plugin.check!(open(t).context)
  assert.equal((await checks['service.end:check']!(question)).allow, false)
  assert.equal((await checks['service.end:check']!({ ...question, actor_kind: 'staff' })).allow, true)
})

test('a mail gets the prefix when there is one', async (t) => {
  const mail = { template: 'invoice', brand_id: null, client_id: null, subject: 'Invoice 7' }
  const shape = (settings: object) => plugin.shape!(open(t, settings).context)['mail.message:shape']!(mail)
  assert.deepEqual(await shape({}), {})
  assert.deepEqual(await shape({ prefix: '[Test]' }), { subject: '[Test] Invoice 7' })
})

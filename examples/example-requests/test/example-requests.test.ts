import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestInstance } from '../../../sdk/test-kit/index.ts'
import { conforms } from '../../../test/conformance/conforms.ts'
import plugin from '../index.ts'
import about from './conformance.ts'

conforms(import.meta.dirname)

const { settings, inputs } = about

test('a large order is held and noted, once however often it is heard of; another one is left alone', async () => {
  const { context, requests, close } = openTestInstance({ settings })
  const observe = plugin.observe!(context)
  const [large, small] = inputs['order.placed'] as [never, never]
  for (const event of [small, large, large]) await observe['order.placed']!(event)
  close()
  assert.deepEqual(
    requests.map(({ scope, id, reference }) => [scope, id, reference]),
    [
      ['order.write:hold', 'ord_1', 'hold/ord_1'],
      ['client.write:note', 'cli_1', 'note/ord_1'],
    ],
  )
})

test('the set-up is asked for, and that it waits is no error', async () => {
  const { context, requests, lines, close } = openTestInstance({
    settings,
    answerRequest: () => ({ outcome: 'waiting' }),
  })
  await plugin.observe!(context)['order.accepted']!(inputs['order.accepted'][0] as never)
  close()
  assert.deepEqual(requests, [
    {
      ...{ scope: 'client.write:billable_item', id: 'cli_1', reference: 'setup/ord_1' },
      body: { description: 'Set-up by hand', amount: { minor: '4900', currency: 'EUR' } },
    },
  ])
  assert.deepEqual(lines, ['info The set-up of ord_1: waiting'])
})

test('a reference stands for one request, as in Berth', async () => {
  const { context, close } = openTestInstance({ settings })
  const note = (body: string) =>
    context.records.request('client.write:note', 'cli_1', { reference: 'one', body: { body } })
  assert.deepEqual(await note('a'), { outcome: 'done', id: null })
  assert.deepEqual(await note('a'), { outcome: 'done', id: null })
  await assert.rejects(note('b'), { code: 'E_CONFLICT' })
  close()
})

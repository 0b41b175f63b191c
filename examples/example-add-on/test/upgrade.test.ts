import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestInstance } from '../../../sdk/test-kit/index.ts'
import plugin from '../index.ts'

test('wishes of version 1 stand beside their clients afterwards, however many they are', async (t) => {
  const instance = openTestInstance()
  t.after(() => instance.close())
  const { storage } = instance.context
  const clients = Array.from({ length: 130 }, (_, n) => `cli_${1000 + n}`)
  for (const client of clients) await storage.set(`wish/${client}`, `a wish of ${client}`)
  await storage.set('other', 1)
  const { move } = plugin.upgrade!(instance.context)
  const turns = []
  do turns.push(await move({ from: '1.0.0', to: '2.0.0' }))
  while (turns.at(-1)!.go_on !== undefined)
  assert.deepEqual(turns, [{ go_on: 'more' }, { go_on: 'more' }, {}])
  assert.deepEqual(await storage.records(), clients)
  assert.equal((await storage.of('cli_1129').get('wish'))!.value, 'a wish of cli_1129')
  assert.deepEqual(await storage.list(''), ['other'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AskingCall } from '../../core/plugins/broker/asking-call.ts'
import { openDesk } from '../../core/plugins/broker/broker.ts'
import { readManifest } from '../../core/plugins/index.ts'
import { minimalManifest } from './support/setup.ts'

/** Storage that answers when it is told to. */
function openSlowDesk(limits: Record<string, number> = {}) {
  const manifest = { ...minimalManifest('asking'), permissions: { storage: { bytes: 1_024 } }, limits }
  const gate = Promise.withResolvers<null>()
  const wait = () => gate.promise
  const call = {
    ...{ instance: 'plg_1', bundle: 'hash', manifest: readManifest(JSON.stringify(manifest), 'asking') },
    storage: { get: wait, list: wait, set: wait, remove: wait },
  } as unknown as AskingCall
  const desk = openDesk(call, { refused: () => undefined, broken: () => undefined })
  const ask = async (op: string, input: object) =>
    JSON.parse((await desk(op, JSON.stringify(input))).text) as unknown
  return { ask, answer: () => gate.resolve(null) }
}

test('16 questions wait at once, of whichever kinds; the next is refused until one is answered', async () => {
  const { ask, answer } = openSlowDesk()
  const waiting = [
    ...Array.from({ length: 8 }, () => ask('storage_get', { key: 'a' })),
    ...Array.from({ length: 8 }, () => ask('storage_list', { prefix: '' })),
  ]
  const refused = { code: 'E_LIMIT', message: 'Too many questions at once.' }
  assert.deepEqual(await ask('storage_get', { key: 'a' }), refused)
  answer()
  await Promise.all(waiting)
  assert.equal(await ask('storage_get', { key: 'a' }), null)
})

test('200 questions are answered in a call, refused ones among them, and no more', async () => {
  const { ask, answer } = openSlowDesk()
  answer()
  for (let n = 0; n < 100; n++) assert.equal(await ask('storage_get', { key: 'a' }), null)
  for (let n = 0; n < 100; n++)
    assert.equal(((await ask('storage_get', {})) as { code: string }).code, 'E_INVALID')
  const refused = { code: 'E_LIMIT', message: 'Too many questions in one call.' }
  assert.deepEqual(await ask('storage_get', { key: 'a' }), refused)
})

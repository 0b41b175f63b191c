import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { inParts } from '../../core/plugins/supervisor/in-parts.ts'
import { loadWritten, openBench } from './support/setup.ts'

const MIB = 1024 * 1024
const bench = openBench()
after(() => bench.plugins.stop())

const SOURCE = `export default { gateway: ({ storage }) => ({
  async test_connection() {
    const told = []
    for (const length of [${MIB}, ${MIB + 1}]) {
      const value = 'x'.repeat(length - JSON.stringify({ key: 'a', value: '' }).length)
      told.push(await storage.set('a', value).then(() => 'kept', (error) => error.message))
    }
    return { ok: true, steps: told.map((detail) => ({ name: 'ask', ok: true, detail })) }
  },
  async handle_event({ body }) {
    const { answer, smiles } = JSON.parse(body)
    if (smiles !== undefined) return { facts: [{ fact: 'ignored', reason: String(smiles === '😀'.repeat(smiles.length / 2)) }] }
    const empty = JSON.stringify({ facts: [{ fact: 'ignored', reason: '' }] }).length
    return { facts: [{ fact: 'ignored', reason: 'x'.repeat(answer - empty) }] }
  },
}) }`
const manifest = { permissions: { storage: { bytes: MIB } }, limits: { slice_ms: 2_000, cpu_ms: 10_000 } }
const instance = bench.instance(await loadWritten('edges', { code: SOURCE, manifest }))

const handle = async (body: string): Promise<string> => {
  const input = { body, headers: {}, verified: true }
  const request = { input, deadlineMs: 15_000 }
  const answer = await bench.plugins.call(instance, 'gateway', 'handle_event', request)
  return (answer as { facts: { reason: string }[] }).facts[0]!.reason
}

test('a question of 1 MiB reaches core, and one byte more is refused inside', async () => {
  const request = { input: {}, deadlineMs: 15_000 }
  const answer = await bench.plugins.call(instance, 'gateway', 'test_connection', request)
  const [whole, more] = (answer as { steps: { detail: string }[] }).steps.map(({ detail }) => detail)
  assert.equal(whole, 'The value of "a" has 1048556 bytes; 65536 is the most.')
  assert.equal(more, 'The storage_set is larger than 1 MiB.')
})

test('an answer of 1 MiB reaches core, and one byte more is refused inside', async () => {
  const empty = JSON.stringify({ facts: [{ fact: 'ignored', reason: '' }] }).length
  assert.equal((await handle(JSON.stringify({ answer: MIB }))).length, MIB - empty)
  await assert.rejects(handle(JSON.stringify({ answer: MIB + 1 })), /it is larger than 1 MiB/)
})

test('an input of 8 MiB arrives whole though it crosses in parts, and one byte more is refused', async () => {
  const framing = JSON.stringify({ body: JSON.stringify({ smiles: '' }), headers: {}, verified: true })
  const room = 8 * MIB - framing.length
  const smiles = '😀'.repeat(room / 4)
  const body = JSON.stringify({ smiles })
  const spare = ' '.repeat(room % 4)
  assert.equal(await handle(body + spare), 'true')
  await assert.rejects(handle(`${body}${spare} `), {
    code: 'plugin.input_too_large',
    params: {
      ...{ plugin: 'edges', instance: instance.id, operation: 'gateway.handle_event' },
      ...{ outcome_unknown: false, bytes: 8 * MIB + 1, most: 8 * MIB },
    },
  })
  assert.equal(await handle(JSON.stringify({ smiles: '😀' })), 'true')
})

test('a text goes as it is while it fits, and in whole characters where it does not', () => {
  assert.deepEqual(inParts('x'.repeat(MIB)), { before: [], last: 'x'.repeat(MIB) })
  for (const shift of ['', 'x']) {
    const text = shift + '😀'.repeat(MIB)
    const { before, last } = inParts(text)
    const parts = [...before, last]
    assert.equal(parts.join(''), text)
    for (const part of parts) assert.ok(Buffer.byteLength(part) <= MIB && part.isWellFormed())
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadWritten, openBench } from './support/setup.ts'

const QUESTION = {
  seller: { place: { country: 'DE' } },
  buyer: { place: { country: 'DE' }, kind: 'person', tax_id_valid: false },
  supplied_on: '2026-11-26',
  currency: 'EUR',
  lines: [{ key: 'a', tax_class: 'standard', net_minor: '1000' }],
}
const ANSWER = "{ lines: [{ key: 'a', taxes: [], treatment: 'exempt' }], notes: [] }"

const taxPlugin = (reach: string) =>
  loadWritten('tax-test', {
    code: `export default { tax: ({ storage }) => ({
      determine: async () => { ${reach}; return ${ANSWER} },
      validate_tax_id: async () => { ${reach}; return { outcome: 'unknown', reason: 'asked' } },
    }) }`,
    manifest: {
      kinds: { tax: ['determine', 'validate_tax_id'] },
      permissions: { storage: { bytes: 1000 }, network: [{ host: 'rates.example.com' }] },
    },
  })

test('a pure operation answers from its input', async (t) => {
  const bench = openBench()
  t.after(() => bench.plugins.stop())
  const instance = bench.instance(await taxPlugin(''))
  const answer = await bench.plugins.call(instance, 'tax', 'determine', {
    input: QUESTION,
    deadlineMs: 5_000,
  })
  assert.deepEqual(answer, { lines: [{ key: 'a', taxes: [], treatment: 'exempt' }], notes: [] })
})

for (const reach of ["await storage.get('x')", "await fetch('https://rates.example.com/')"])
  test(`a pure operation is refused "${reach}", though its plugin.json grants it`, async (t) => {
    const bench = openBench()
    t.after(() => bench.plugins.stop())
    const instance = bench.instance(await taxPlugin(reach))
    const asked = bench.plugins.call(instance, 'tax', 'determine', { input: QUESTION, deadlineMs: 5_000 })
    await assert.rejects(asked, { code: 'plugin.failed' })
    assert.deepEqual(
      bench.incidents.map(({ kind }) => kind).filter((kind) => kind === 'refused_ask'),
      ['refused_ask'],
    )
  })

test('an operation beside it, which is not pure, may use what is granted', async (t) => {
  const bench = openBench()
  t.after(() => bench.plugins.stop())
  const instance = bench.instance(await taxPlugin("await storage.get('x')"))
  const input = { country: 'DE', tax_id: 'DE1' }
  assert.deepEqual(
    await bench.plugins.call(instance, 'tax', 'validate_tax_id', { input, deadlineMs: 5_000 }),
    {
      outcome: 'unknown',
      reason: 'asked',
    },
  )
})

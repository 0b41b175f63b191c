import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { bundlePlugin, readManifest } from '../../../core/plugins/index.ts'
import { openBench } from '../../../test/plugins/support/setup.ts'

const FOLDER = fileURLToPath(new URL('..', import.meta.url))

test('the instructions are computed inside the sandbox', async (t) => {
  const bench = openBench()
  t.after(() => bench.plugins.stop())
  const manifest = readManifest(await readFile(`${FOLDER}plugin.json`, 'utf8'), 'bank-transfer/plugin.json')
  const bundle = await bundlePlugin(FOLDER, join(tmpdir(), 'berth-test-plugins'))
  const accounts = [{ currency: 'EUR', holder: 'Berth', iban: 'DE89370400440532013000' }]
  const instance = bench.instance(
    { manifest, bundle },
    { settings: { accounts, reference_kind: 'creditor_reference' } },
  )
  const answer = await bench.plugins.call(instance, 'gateway', 'start_payment', {
    deadlineMs: 5_000,
    input: {
      payment_id: 'pay_1',
      idempotency_key: 'pay_1:1',
      amount: { minor: '100', currency: 'EUR' },
      description: 'Invoice INV-1',
      document: 'INV2026000123',
      client: { id: 'cli_1', name: 'Ann', email: 'ann@client.example', locale: 'en' },
      save_method: false,
      return_url: 'https://shop.example/back',
      cancel_url: 'https://shop.example/cancelled',
      locale: 'en',
    },
  })
  assert.deepEqual(answer, {
    outcome: 'needs_client',
    reference: 'RF98INV2026000123',
    instructions: [
      { label: 'Account holder', value: 'Berth', copy: true },
      { label: 'IBAN', value: 'DE89 3704 0044 0532 0130 00', copy: true },
      { label: 'Amount', value: '1.00 EUR', copy: true },
      { label: 'Reference', value: 'RF98 INV2 0260 0012 3', copy: true },
    ],
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StartPayment } from '../../../sdk/index.ts'
import { openTestInstance, strictGateway } from '../../../sdk/test-kit/index.ts'
import plugin from '../index.ts'

const SETTINGS = {
  accounts: [
    {
      currency: 'EUR',
      holder: 'Berth Hosting GmbH',
      bank: 'Example Bank',
      iban: 'de89370400440532013000',
      bic: 'COBADEFFXXX',
    },
    {
      currency: 'IDR',
      holder: 'PT Berth',
      bank: 'Bank Contoh',
      account_number: '0123456789',
      branch_code: '014',
    },
  ],
  instructions: { en: 'Please pay in one sum.', de: 'Bitte in einer Summe zahlen.' },
}

const payment: StartPayment = {
  payment_id: 'pay_1',
  idempotency_key: 'pay_1:1',
  amount: { minor: '123450', currency: 'EUR' },
  description: 'Invoice INV-2026-000123',
  document: 'INV-2026-000123',
  client: { id: 'cli_1', name: 'Ann Client', email: 'ann@client.example', locale: 'en' },
  save_method: false,
  return_url: 'https://shop.example/back',
  cancel_url: 'https://shop.example/cancelled',
  locale: 'en',
  started_at: '2026-11-21T12:00:00.000Z',
}

async function started(settings: object, more: Partial<StartPayment> = {}) {
  const { context, close } = openTestInstance({ settings: { ...SETTINGS, ...settings } })
  try {
    return await strictGateway(plugin, context).start_payment({ ...payment, ...more })
  } finally {
    close()
  }
}

test('the client reads account, amount and reference, and may copy what is typed', async () => {
  assert.deepEqual(await started({}), {
    outcome: 'needs_client',
    reference: 'INV-2026-000123',
    expires_at: '2026-12-05T12:00:00.000Z',
    instructions: [
      { label: 'How to pay', value: 'Please pay in one sum.', copy: false },
      { label: 'Account holder', value: 'Berth Hosting GmbH', copy: true },
      { label: 'Bank', value: 'Example Bank', copy: false },
      { label: 'IBAN', value: 'DE89 3704 0044 0532 0130 00', copy: true },
      { label: 'BIC', value: 'COBADEFFXXX', copy: true },
      { label: 'Amount', value: '1234.50 EUR', copy: true },
      { label: 'Reference', value: 'INV-2026-000123', copy: true },
    ],
  })
})

test('a creditor reference, another language and another term', async () => {
  const outcome = await started(
    { reference_kind: 'creditor_reference', days_until_due: 7 },
    { locale: 'de-AT' },
  )
  assert.ok(outcome.outcome === 'needs_client')
  assert.deepEqual([outcome.reference, outcome.expires_at], ['RF98INV2026000123', '2026-11-28T12:00:00.000Z'])
  assert.deepEqual(outcome.instructions?.[0], {
    label: 'So zahlen Sie',
    value: 'Bitte in einer Summe zahlen.',
    copy: false,
  })
  assert.deepEqual(outcome.instructions?.at(-1), {
    label: 'Verwendungszweck',
    value: 'RF98 INV2 0260 0012 3',
    copy: true,
  })
})

test('an account without IBAN, and a number too long for a creditor reference', async () => {
  const document = 'INVOICE-2026-0000000000123'
  const outcome = await started(
    { reference_kind: 'creditor_reference', instructions: {} },
    { amount: { minor: '15000000', currency: 'IDR' }, document, locale: 'fr' },
  )
  assert.ok(outcome.outcome === 'needs_client')
  assert.deepEqual(
    outcome.instructions?.map(({ label, value }) => [label, value]),
    [
      ['Account holder', 'PT Berth'],
      ['Bank', 'Bank Contoh'],
      ['Account number', '0123456789'],
      ['Bank code', '014'],
      ['Amount', '150000.00 IDR'],
      ['Reference', document],
    ],
  )
})

test('without a start there is no end', async () => {
  const { started_at: _start, ...timeless } = payment
  const { context, close } = openTestInstance({ settings: SETTINGS })
  close()
  const outcome = await strictGateway(plugin, context).start_payment(timeless)
  assert.equal('expires_at' in outcome, false)
})

test('a currency without an account is declined; a wrong IBAN is never shown', async () => {
  assert.deepEqual(await started({}, { amount: { minor: '100', currency: 'USD' } }), {
    outcome: 'declined',
    code: 'currency_not_supported',
    message: 'Payments in USD cannot be made by bank transfer. Please use another way to pay.',
    retry: 'new_method',
  })
  const wrong = [{ currency: 'EUR', holder: 'Berth', iban: 'DE89370400440532013001' }]
  await assert.rejects(started({ accounts: wrong }), /IBAN of the EUR account fails its check digits/)
})

test('refunds are made by hand; the test finds mistakes of typing', async () => {
  const accounts = [
    { currency: 'EUR', holder: 'Berth', iban: 'DE89370400440532013001' },
    { currency: 'GBP', holder: 'Berth', iban: 'GB82 WEST 1234 5698 7654 32' },
    { currency: 'GBP', holder: 'Berth', account_number: '1' },
    { currency: 'XXA', holder: 'Berth', account_number: '1' },
  ]
  const { context, close } = openTestInstance({ settings: { accounts } })
  close()
  const gateway = strictGateway(plugin, context)
  const refund = {
    refund_id: 'rfd_1',
    idempotency_key: 'rfd_1:1',
    reference: 'INV-1',
    amount: { minor: '1', currency: 'EUR' },
    reason: 'Cancelled',
  }
  assert.equal((await gateway.refund(refund)).outcome, 'not_supported')
  const report = await gateway.test_connection()
  assert.deepEqual(
    [report.ok, report.steps.map(({ name, ok }) => [name, ok])],
    [
      false,
      [
        ['account EUR', false],
        ['account GBP', true],
        ['account GBP', false],
        ['account XXA', false],
      ],
    ],
  )
})

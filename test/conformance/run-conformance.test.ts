import assert from 'node:assert/strict'
import { randomFillSync } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runConformance } from '../../core/conformance/index.ts'
import { systemClock } from '../../core/kernel/index.ts'

const EXAMPLES = join(import.meta.dirname, '../../examples')

/** The names of the rules that an example breaks once this piece of its code is replaced. */
async function brokenRules(example: string, code: string, by: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-conformance-'))
  try {
    const source = await readFile(join(EXAMPLES, example, 'index.ts'), 'utf8')
    assert.ok(source.includes(code), `${example} no longer says ${code}`)
    await cp(join(EXAMPLES, example), folder, { recursive: true })
    await writeFile(join(folder, 'index.ts'), withSdk(source.replaceAll(code, by)))
    const randomFill = (bytes: Uint8Array) => void randomFillSync(bytes)
    const cacheFolder = join(tmpdir(), 'berth-test-plugins')
    const { checks } = await runConformance({ clock: systemClock, randomFill, cacheFolder }, folder)
    return checks.filter(({ problem }) => problem !== undefined).map(({ name }) => name)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const withSdk = (source: string) =>
  source.replaceAll('../../sdk/index.ts', join(import.meta.dirname, '../../sdk/index.ts'))

test('a rate that changes from call to call breaks the rule of pure operations', async () => {
  const broken = await brokenRules(
    'example-tax',
    "Number(settings['rate_ppm'])",
    'crypto.getRandomValues(new Uint16Array(1))[0]!',
  )
  assert.ok(broken.includes('tax.determine, again: the same answer'), broken.join('\n'))
})

test('an operation that plugin.json lists and the code lacks is not there', async () => {
  const broken = await brokenRules('example-tax', 'validate_tax_id(', 'validate(')
  assert.ok(broken.includes('tax.validate_tax_id is there'), broken.join('\n'))
  const schedule = await brokenRules('example-add-on', 'async count()', 'async sum()')
  assert.deepEqual([...new Set(schedule)], ['schedule.count is there'])
})

test('a gateway that loses the key makes a payment twice', async () => {
  const broken = await brokenRules(
    'example-gateway',
    "'idempotency-key': key",
    "'idempotency-key': crypto.randomUUID()",
  )
  for (const rule of [
    'gateway.charge_method, again: the same thing',
    'gateway.charge_method, again: nothing is made twice',
    'gateway.charge_method, after a lost answer: nothing is made twice',
  ])
    assert.ok(broken.includes(rule), broken.join('\n'))
})

test('a gateway whose facts hang on the order of events, or on how often they come, breaks the rules', async () => {
  const given = 'async handle_event({ body }) {'
  const counted = await brokenRules(
    'example-gateway',
    given,
    `${given} globalThis.seen = (globalThis.seen ?? 0) + 1; if (globalThis.seen > 1) return { facts: [] };`,
  )
  for (const rule of ['reordered', 'twice'])
    assert.ok(counted.includes(`gateway.handle_event, ${rule}: the same facts`), counted.join('\n'))
  const refused = await brokenRules(
    'example-gateway',
    given,
    `${given} if (body.includes('p_')) throw new Error('no');`,
  )
  assert.ok(refused.includes('gateway.handle_event answers its events'), refused.join('\n'))
})

test('a payout that is not the sum of its movements breaks its rule', async () => {
  const broken = await brokenRules('example-gateway', "fee: { ...amount, minor: '0' }", 'fee: amount')
  assert.deepEqual(
    [...new Set(broken)],
    ['gateway.list_payouts answers exactly', 'gateway.list_payouts tells movements that add up'],
  )
})

test('a frame for a page that has none, and one without its permission, break the rule', async () => {
  const rule = (operation: string) => `gateway.${operation} shows a frame only where one can be`
  const always = await brokenRules('example-card-fields', 'const frame = canEmbed ?', 'const frame = API ?')
  assert.ok(always.includes(rule('start_payment')), always.join('\n'))
  const without = await brokenRules(
    'example-gateway',
    'url: payment.page }',
    "url: payment.page, embed: { data: '' } }",
  )
  assert.ok(without.includes(rule('start_payment')), without.join('\n'))
})

test('a mail that counts as accepted although the company is down breaks its rule', async () => {
  const broken = await brokenRules(
    'example-mail',
    'if (!response.ok) throw new Error(`The mail company answered ${response.status}.`)',
    "if (!response.ok) return { outcome: 'accepted', reference: 'x' }",
  )
  assert.deepEqual(broken, ['mail_transport.send, company errors: no success is claimed'])
})

test('a form that core does not take breaks its rule', async () => {
  const broken = await brokenRules(
    'example-notification',
    "type: 'object', required",
    "type: 'nothing', required",
  )
  assert.ok(
    broken.includes('notification_channel.target_form asks by a form that core takes'),
    broken.join('\n'),
  )
})

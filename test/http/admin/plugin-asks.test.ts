import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import '../../../core/app.ts'
import type { Desk } from '../../../core/http/admin/desk.ts'
import { askedTable, askedWords } from '../../../core/http/admin/views/plugin-asks.ts'
import { createMessages } from '../../../core/i18n/index.ts'
import { allHooks, DATA_SCOPES, permissionsAsked, type Manifest } from '../../../core/plugins/index.ts'
import { slotNames } from '../../../sdk/index.ts'
import { minimalManifest } from '../../plugins/support/setup.ts'

const messages = createMessages({ folder: join(import.meta.dirname, '../../../locales'), strict: true })
const deskIn = (locale: string) => ({ t: messages.translator(locale), locale, means: { messages } }) as Desk

const asking = (more: object) =>
  permissionsAsked({ ...minimalManifest('greedy'), ...more } as unknown as Manifest).filter(
    ({ kind }) => kind !== 'kind',
  )

const EVERYTHING = asking({
  hooks: [...allHooks().keys()],
  limits: {
    ...{ memory_mb: 128, slice_ms: 1_000, cpu_ms: 5_000, isolates: 3 },
    ...{
      writes: 20,
      writes_a_day: 500,
      queue: 100,
      asks: 300,
      fetches: 100,
      response_bytes: 8 * 1024 * 1024,
    },
  },
  permissions: {
    data: DATA_SCOPES.flatMap((scope) => [`${scope}:current`, `${scope}:all`]),
    auto_approval: [
      { scope: 'client.write:billable_item', currency: 'EUR', item_minor: '500', day_minor: '2000' },
    ],
    slots: slotNames,
    schedules: ['5m', '6h', '1d'].map((every) => ({ name: 'look', every })),
  },
})

test('whatever may be asked for by a name of programs is said in words, in both languages', () => {
  for (const locale of ['en', 'de']) {
    const desk = deskIn(locale)
    for (const asked of EVERYTHING) {
      const words = askedWords(desk, asked)
      assert.doesNotMatch(words, /[a-z]_[a-z]|\w\.\w+_?\w*:|\{/, `${asked.key} in ${locale}: ${words}`)
      assert.ok(!words.includes(asked.what), `${asked.key} in ${locale}: ${words}`)
    }
  }
})

test('in German nothing falls back to the names in the code', () => {
  const names = (locale: string) => EVERYTHING.map((asked) => askedWords(deskIn(locale), asked))
  const [english, german] = [names('en'), names('de')]
  assert.deepEqual(
    german.filter((words, place) => words === english[place]),
    [],
  )
})

test('a secret that the plugin reads itself is grave, of the instance and of its servers alike', () => {
  const secrets = [
    { name: 'key', read: true },
    { name: 'server.token', read: true },
    { name: 'server.other' },
  ]
  const asked = asking({ permissions: { secrets } })
  assert.deepEqual(
    asked.map((one) => [askedWords(deskIn('en'), one), one.grave]),
    [
      ['See the secret key itself', true],
      ['See the secret server.token itself', true],
      ['Let us use the secret server.other for it, without seeing it', false],
    ],
  )
  const table = askedTable(deskIn('en'), { asked, added: null })
  assert.ok(table.kind === 'table')
  const grave = { state: 'grave', label: deskIn('en').t('admin.plugins.grave'), tone: 'bad' }
  assert.deepEqual(table.rows[1]!.cells, [{ cells: ['See the secret server.token itself', grave] }])
})

test('the name that programs use stands behind the words, and a limit beside what is usual', () => {
  const asked = asking({
    ...{ hooks: ['invoice.paid', 'service.end:check'], limits: { memory_mb: 128 } },
    permissions: { data: ['client.read:contact:all'], slots: ['portal.home.after'] },
  })
  const table = askedTable(deskIn('en'), { asked, added: null })
  assert.ok(table.kind === 'table')
  assert.deepEqual(
    table.rows.map(({ cells: [cell] }) => cell),
    [
      {
        cells: [
          {
            words: 'Read name, company, e-mail, phone and address, of every client',
            code: 'client.read:contact:all',
          },
          { state: 'grave', label: 'grave', tone: 'bad' },
        ],
      },
      { words: 'Show something: below a client’s first page', code: 'portal.home.after' },
      { words: 'Hear of – Invoice: paid', code: 'invoice.paid' },
      { words: 'Be asked before, and refuse – Service: ended', code: 'service.end:check' },
      { words: 'Use up to 128 MB of memory in each isolate (usual: 64)', code: 'memory_mb 128' },
    ],
  )
})

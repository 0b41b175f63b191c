import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadAllHooks } from '../../core/app/wire/all-hooks.ts'
import { allHooks } from '../../core/plugins/index.ts'
import { allVerbs, declaredChecks, type VerbRules } from '../../core/records/index.ts'
import type { TSchema } from '../../sdk/index.ts'
import { everyVerb } from './support/every-verb.ts'
import { reached } from './support/reached.ts'

await loadAllHooks()
const hooks = allHooks()

/** Whose verbs decide about money, orders, services and clients: each says which check it asks, or why it asks none. */
const DECIDING = ['billing', 'clients', 'orders', 'services']

/** Why those of the other rooms ask nobody, but where one says that it does. */
const OTHERS: Readonly<Record<string, string>> = {
  brands: 'they set up the house',
  catalog: 'nobody owes what is offered before an order, a renewal or a campaign, and those ask',
  http: 'they are of jobs and settings of the house',
  identity: 'they are of the account of one person; who is let in and who is shut out is asked about',
  mail: 'plugins shape each mail',
  notices: 'they say which mails staff get',
  plugins: 'plugins have no say in what others of them may do',
  reports: 'they look at the books; what repairs them is asked about',
}

const WRITES = /\.transaction\(|\.insert\('|\b(?:insert into|update \w+\s+set|delete from)\b/
const WORDS = /^\p{L}.{9,} .+[^.]$/u

interface Found {
  room: string
  rules: VerbRules<TSchema>
  /** All code that the verb reaches, its own first. */
  texts: readonly string[]
}

const verbs = (await everyVerb()).map(({ file, name, verb }): Found => ({
  room: file.split('/')[1]!,
  rules: verb,
  texts: reached(file, name),
}))
const ofRooms = (rooms: readonly string[]) => verbs.filter(({ room }) => rooms.includes(room))
const names = (found: readonly Found[]) => found.map(({ rules }) => rules.permission).toSorted()
const writes = ({ texts }: Found) => texts.some((text) => WRITES.test(text))

test('every verb is found beside the code that it reaches', () => {
  assert.deepEqual(names(verbs), [...allVerbs.keys()].toSorted())
  assert.ok(
    names(verbs.filter((one) => !writes(one))).includes('invoice.read'),
    'reading is told from writing',
  )
  assert.ok(names(verbs.filter(writes)).includes('invoice.void'))
})

test('every room is known: its verbs decide, or there is a reason why they do not', () => {
  const rooms = new Set(verbs.map(({ room }) => room))
  assert.deepEqual([...rooms].toSorted(), [...DECIDING, ...Object.keys(OTHERS)].toSorted())
  for (const reason of Object.values(OTHERS)) assert.match(reason, WORDS)
})

test('a verb that decides says which check it asks, or why it asks none, and never both', () => {
  const silent = ofRooms(DECIDING).filter((one) => writes(one) && !one.rules.asks && !one.rules.asksNobody)
  assert.deepEqual(names(silent), [])
  assert.deepEqual(names(verbs.filter(({ rules }) => rules.asks && rules.asksNobody)), [])
  assert.deepEqual(names(verbs.filter((one) => !writes(one) && (one.rules.asks ?? one.rules.asksNobody))), [])
  for (const { rules } of verbs)
    if (rules.asksNobody !== undefined) assert.match(rules.asksNobody, WORDS, rules.permission)
})

test('what a verb says that it asks is a check; that it asks it is tried verb by verb', () => {
  for (const { rules } of verbs)
    for (const name of rules.asks ?? [])
      assert.equal(hooks.get(name)?.law, 'check', `${rules.permission}: ${name}`)
})

test('a check that no lifecycle gives stands at a verb', () => {
  const said = new Set(verbs.flatMap(({ rules }) => rules.asks ?? []))
  assert.deepEqual(
    [...declaredChecks.keys()].filter((name) => !said.has(name as `${string}:check`)),
    [],
  )
})

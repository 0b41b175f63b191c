import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { loadAllHooks } from '../../core/app/wire/all-hooks.ts'
import { allLifecycles, systemActor } from '../../core/kernel/index.ts'
import { allHooks } from '../../core/plugins/index.ts'
import { applyTransition, CheckRefused, noHooks, tableOf, type Hooks } from '../../core/records/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'

const root = resolve(import.meta.dirname, '../..')
const sources = globSync('core/**/*.ts', { cwd: root }).map((file) => ({
  file,
  text: readFileSync(join(root, file), 'utf8'),
}))

await loadAllHooks()
const hooks = allHooks()
const moves = allLifecycles.flatMap((lifecycle) =>
  Object.entries(lifecycle.transitions).map(([name, transition]) => ({
    ...{ lifecycle, noun: lifecycle.noun, name, transition, move: `${lifecycle.noun}.${name}` },
  })),
)

test('every lifecycle that the code declares is among the hooks', () => {
  const declared = sources.flatMap(({ text }) =>
    [...text.matchAll(/\bdefineLifecycle\('([a-z_]+)'/g)].map(([, noun]) => noun!),
  )
  assert.ok(declared.length > 15, 'the pattern still finds them')
  assert.deepEqual(declared.toSorted(), allLifecycles.map(({ noun }) => noun).toSorted())
})

test('every transition can be observed', () => {
  const silent = moves.filter(({ noun, transition }) => {
    const hook = hooks.get(transition.event ?? `${noun}.${transition.to}`)
    return hook?.law !== 'observe'
  })
  assert.deepEqual(
    silent.map(({ move }) => move),
    [],
  )
})

test('every own decision can be checked, and nothing that has happened outside', () => {
  const isOurs = ({ transition }: (typeof moves)[number]) => !transition.fact && !transition.follows
  assert.deepEqual(
    moves
      .filter((one) => isOurs(one) && hooks.get(`${one.move}:check`)?.law !== 'check')
      .map(({ move }) => move),
    [],
  )
  const facts = moves.filter(({ transition }) => transition.fact).map(({ move }) => move)
  assert.ok(facts.length > 10)
  assert.deepEqual(
    facts.filter((move) => hooks.has(`${move}:check`)),
    [],
  )
})

test('what is not asked about says why in words, and is marked as one thing', () => {
  const marked = moves.filter(
    ({ transition: { fact, follows } }) => fact !== undefined || follows !== undefined,
  )
  for (const { move, transition } of marked) {
    const { fact, follows } = transition
    assert.ok(fact === undefined || follows === undefined, move)
    assert.match(fact ?? follows!, /^\p{L}.{9,} .+[^.]$/u, move)
  }
})

/** A transition that is a decision of ours somewhere and none elsewhere: where it is none, and why, stands in the code. */
test('a decision goes unasked only where this list knows it', () => {
  const unasked = sources
    .filter(({ text, file }) => /\bunasked(?:\?:|:| =)/.test(text) && !file.startsWith('core/records/'))
    .map(({ file }) => file.slice('core/'.length))
  assert.deepEqual(unasked.toSorted(), [
    'billing/agreements/agreement.ts',
    'billing/agreements/cancel-agreement.ts',
    'billing/billables/create-billable.ts',
    'billing/credit-invoice.ts',
    'billing/documents/drop-changes.ts',
    'billing/documents/drop-renewals.ts',
    'billing/letters/enter-letter.ts',
    'billing/letters/post-letters.ts',
    'billing/payments/book-extra.ts',
    'billing/payments/enter-refund.ts',
    'billing/payments/refund-invoice.ts',
    'billing/payments/refund-services.ts',
    'billing/take-back-invoice.ts',
    'plugins/requests/take-request.ts',
    'services/apply-change.ts',
    'services/reconcile-delivery.ts',
    'services/request-change.ts',
    'services/retry-delivery.ts',
    'services/start-delivery.ts',
  ])
})

/** Who else wrote one would not ask. */
test('no state is written but by the one writer that asks', () => {
  const columns = new Map(allLifecycles.map(({ noun, column }) => [tableOf(noun), column]))
  const writers = sources.flatMap(({ file, text }) =>
    [...text.matchAll(/update (\w+)\s+set ([^`]*?)(?: where|`)/g)]
      .filter(([, table, set]) => new RegExp(`(^|[ ,])${columns.get(table!) ?? '-'} =`).test(set!))
      .map(([, table]) => `${file}: ${table}`),
  )
  assert.deepEqual(writers, [])
})

for (const engine of engines)
  test(`each transition asks before it writes, or is not asked about (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const asked: string[] = []
    const means = { ...testMeans(db), hooks: refusing(asked) }
    for (const { lifecycle, name, transition, move } of moves)
      for (const state of transition.from) {
        asked.length = 0
        const row = { id: 'nobody', version: 1, [lifecycle.column]: state }
        const moved = db.transaction((trx) =>
          applyTransition(means, trx, { lifecycle, row, name, actor: systemActor('test') }),
        )
        const isOurs = !transition.fact && !transition.follows
        // A record that is not there is found by the writer alone, so whoever is told of it was not asked before.
        await assert.rejects(moved, { code: isOurs ? 'hook.refused' : 'record.changed' }, move)
        assert.deepEqual(asked, isOurs ? [`${move} ${state} ${transition.to}`] : [], move)
      }
  })

function refusing(asked: string[]): Hooks {
  return {
    ...noHooks,
    listens: () => true,
    check({ noun, transition, from, to, subject }) {
      asked.push(`${noun}.${transition} ${from} ${to}`)
      const error = CheckRefused({ plugin: 'guard', hook: `${noun}.${transition}`, subject, message: 'No' })
      return Promise.resolve({ allowed: false, error })
    },
  }
}

test('what cannot be taken back waits for a plugin that does not answer', () => {
  const irreversible = moves.filter(({ transition }) => transition.irreversible)
  assert.ok(irreversible.length > 3)
  assert.deepEqual(
    irreversible.filter(({ move }) => hooks.get(`${move}:check`)?.failure !== 'stop').map(({ move }) => move),
    [],
  )
})

test('every transition is made by some code outside its table', () => {
  const elsewhere = sources
    .filter(({ text }) => !text.includes('defineLifecycle('))
    .map(({ text }) => text)
    .join('\n')
  const dead = moves.filter(({ name }) => !elsewhere.includes(`'${name}'`) && !elsewhere.includes(`.${name}`))
  assert.deepEqual(
    dead.map(({ move }) => move),
    [],
  )
})

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { loadAllHooks } from '../../core/app/wire/all-hooks.ts'
import { allLifecycles } from '../../core/kernel/index.ts'
import { allHooks } from '../../core/plugins/index.ts'

const root = resolve(import.meta.dirname, '../..')
const sources = globSync('core/**/*.ts', { cwd: root }).map((file) => ({
  file,
  text: readFileSync(join(root, file), 'utf8'),
}))

await loadAllHooks()
const hooks = allHooks()
const moves = allLifecycles.flatMap((lifecycle) =>
  Object.entries(lifecycle.transitions).map(([name, transition]) => ({
    ...{ noun: lifecycle.noun, name, transition, move: `${lifecycle.noun}.${name}` },
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
  const wrong = moves.filter(({ move, transition }) => {
    const isOurs = !transition.fact && !transition.follows
    const declared = `${move}:check`
    // A hook beside the lifecycle may say more of the same act, such as service.hold:check.
    return isOurs && hooks.get(declared)?.law !== 'check'
  })
  assert.deepEqual(
    wrong.map(({ move }) => move),
    [],
  )
  const facts = moves.filter(({ transition }) => transition.fact).map(({ move }) => move)
  assert.ok(facts.length > 10)
  assert.deepEqual(
    facts.filter((move) => hooks.has(`${move}:check`)),
    [],
  )
})

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

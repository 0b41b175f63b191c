import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { kindTables } from '../../sdk/index.ts'

const ROOT = join(import.meta.dirname, '../..')
const CORE = join(ROOT, 'core')
/** Those call whatever a plugin offers, so they say nothing about who needs it. */
const NOT_CALLERS = /^(plugins|conformance|cli)\//

const code = readdirSync(CORE, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !NOT_CALLERS.test(file))
  .map((file) => readFileSync(join(CORE, file), 'utf8'))
  .join('\n')

/** Kind → what the page says about its callers: named as called, and named as called by nobody. */
const rows = readFileSync(join(ROOT, 'docs/plugins.md'), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, kind = '']) => kind.replaceAll('`', '') in kindTables)
  .map(([, kind = '', , , asked = '']) => {
    const [called = '', uncalled = ''] = asked.split('nobody yet')
    return { kind: kind.replaceAll('`', ''), asked, called: namesIn(called), uncalled: namesIn(uncalled) }
  })

function namesIn(text: string): string[] {
  return [...text.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name!)
}

test('every kind of the SDK has a row that says who asks it', () => {
  assert.deepEqual(rows.map(({ kind }) => kind).sort(), Object.keys(kindTables).sort())
})

test('what the page calls asked is named in core, and what it says nobody asks is not', () => {
  for (const { kind, called, uncalled } of rows) {
    const operations = Object.keys(kindTables[kind as keyof typeof kindTables])
    for (const name of [...called, ...uncalled].filter((one) => operations.includes(one))) {
      const isNamed = code.includes(`'${name}'`)
      assert.equal(isNamed, called.includes(name), `${kind}.${name}`)
    }
  }
})

test('a kind that nobody asks yet is called nowhere', () => {
  const silent = rows.filter(({ asked }) => asked === 'nobody yet').map(({ kind }) => kind)
  assert.ok(silent.length > 0)
  for (const kind of silent) {
    const operations = Object.keys(kindTables[kind as keyof typeof kindTables]).join('|')
    assert.doesNotMatch(code, new RegExp(`'${kind}',\\s*'(?:${operations})'`), kind)
  }
})

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { rules, rulesOfTheEngine } from '../hostile/rules.ts'

const ROOT = join(import.meta.dirname, '../..')

/** `node test/hostile/switch-off.ts` shows that each of them fails without its rule; here each has one, and it stands. */
test('every hostile plugin attacks a rule that can be switched off, or one of the engine', () => {
  const files = readdirSync(join(ROOT, 'test/hostile'))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => name.slice(0, -'.test.ts'.length))
  assert.ok(files.length >= 60)
  const attacked = new Set(rules.flatMap(({ tests }) => tests))
  assert.deepEqual([...attacked, ...Object.keys(rulesOfTheEngine)].sort(), files.sort())
})

test('every rule still stands where it is switched off, once', () => {
  const missing = rules
    .flatMap(({ off, file, from, to, also = [] }) =>
      [{ file, from, to }, ...also].map((change) => ({ off, ...change })),
    )
    .filter(({ file, from, to }) => {
      const text = readFileSync(join(ROOT, file), 'utf8')
      return text.split(from).length !== 2 || from === to
    })
  assert.deepEqual(missing, [])
})

test('every hostile plugin names the rule that it attacks', () => {
  for (const { tests } of rules)
    for (const name of tests) {
      const text = readFileSync(join(ROOT, 'test/hostile', `${name}.test.ts`), 'utf8')
      assert.match(text, /^\/\/ \S[^\n]*\n/, name)
      assert.match(text, /test\(\s*['"`]rule: /, name)
    }
})

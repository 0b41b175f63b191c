import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkTypes, problemsIn } from '../../../core/cli/author/check-types.ts'
import { authorsFolder } from './berth.ts'

const { folder, berth } = authorsFolder()

const LOOPS =
  "import { test } from 'node:test'\n\n// No signal is let through either.\nprocess.on('SIGTERM', () => undefined)\ntest('it loops', () => {\n  for (;;);\n})\n"

test('a mistake of types fails, with its file and line', async () => {
  await berth('plugin', 'new', 'mistyped', '--kind', 'hooks')
  const file = join(folder, 'mistyped/index.ts')
  writeFileSync(file, `${readFileSync(file, 'utf8')}\nexport const wrong: number = 'text'\n`)
  const line = readFileSync(file, 'utf8').split('\n').length - 1
  const { code, text } = await berth('plugin', 'test', 'mistyped')
  assert.equal(code, 1)
  assert.match(text, /^FAILED {2}types$/m)
  assert.match(text, new RegExp(`^ {8}index\\.ts:${line}:14 TS2322: Type 'string' is not`, 'm'))
  assert.match(text, /^ok {6}mistyped/m)
})

test('without a tsconfig.json types are not checked, which is said and no fault', async () => {
  await berth('plugin', 'new', 'untyped', '--kind', 'hooks')
  rmSync(join(folder, 'untyped/tsconfig.json'))
  const { code, text } = await berth('plugin', 'test', 'untyped')
  assert.equal(code, 0, text)
  assert.match(text, /^- {7}types are not checked: it has no tsconfig\.json$/m)
})

test('a compiler of its own comes first; what stands outside the folder is not the author’s to mend', async () => {
  await berth('plugin', 'new', 'own-compiler', '--kind', 'hooks')
  const place = join(folder, 'own-compiler')
  const own = join(place, 'node_modules/typescript')

  mkdirSync(join(own, 'bin'), { recursive: true })
  writeFileSync(join(own, 'package.json'), '{"name": "typescript", "type": "commonjs"}')
  writeFileSync(
    join(own, 'bin/tsc'),
    "console.log('index.ts(3,4): error TS1: mine\\n  because\\n../sdk/a.ts(1,1): error TS2: not mine'); process.exitCode = 2",
  )
  assert.deepEqual(await checkTypes(place), {
    checked: true,
    problems: ['index.ts:3:4 TS1: mine\n    because'],
  })
})

test('a compiler that says nothing readable has failed all the same', () => {
  assert.deepEqual(problemsIn('Killed', null), ['the compiler ended with null: Killed'])
  assert.deepEqual(problemsIn("error TS5023: Unknown option 'x'.\n", 1), [
    "tsconfig.json TS5023: Unknown option 'x'.",
  ])
})

test('an endless loop in a test is ended and named, and the rest is reported', async () => {
  await berth('plugin', 'new', 'looping', '--kind', 'hooks')
  writeFileSync(join(folder, 'looping/test/loops.test.ts'), LOOPS)
  const { code, text } = await berth('plugin', 'test', 'looping', '--busy', '2')
  assert.equal(code, 1, text)
  assert.match(text, /test\/loops\.test\.ts ran for 2 seconds without a pause, as an endless loop does/)
  assert.match(text, /^ok {6}looping/m)
})

test('an endless loop in the company of conformance.ts ends the command', async () => {
  await berth('plugin', 'new', 'stuck', '--kind', 'gateway')
  const file = join(folder, 'stuck/test/conformance.ts')
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace('async company() {', 'async company() {\n    for (;;);\n'),
  )
  const { code, text } = await berth('plugin', 'test', 'stuck', '--busy', '2')
  assert.equal(code === 0, false)
  assert.match(text, /test\/conformance\.ts ran for 2 seconds without a pause/)
})

test('a span that is none is refused', async () => {
  for (const span of ['0', 'x', '3601'])
    assert.match((await berth('plugin', 'test', 'looping', '--busy', span)).text, /seconds from 1 to 3600/)
})

test('a conformance.ts that throws, exports nothing or has no company in time is named, without a stack', async () => {
  await berth('plugin', 'new', 'scripted', '--kind', 'hooks')
  const file = join(folder, 'scripted/test/conformance.ts')
  const cases: [text: string, says: RegExp][] = [
    ["throw new Error('my mistake')\n", /does not work: my mistake \(test\/conformance\.ts:1:7\)/],
    ['export const about = {}\n', /does not work: it exports no object as its default\./],
    [
      "export default {\n  company() {\n    throw new Error('no port')\n  },\n}\n",
      /no port \(test\/conformance\.ts:3:11\)/,
    ],
  ]
  for (const [script, says] of cases) {
    writeFileSync(file, script)
    const { code, text } = await berth('plugin', 'test', 'scripted')
    assert.deepEqual([code, /\n +at .*core\//.test(text)], [1, false], text)
    assert.match(text, says)
  }
})

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const ROOT = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

test('the reference of the SDK is made, with no link that leads nowhere', async () => {
  const typedoc = resolve(ROOT, 'node_modules/typedoc/bin/typedoc')
  const { stdout, stderr } = await run(process.execPath, [typedoc, '--emit', 'none'], { cwd: ROOT })
  assert.doesNotMatch(stdout + stderr, /\[error\]/)
})

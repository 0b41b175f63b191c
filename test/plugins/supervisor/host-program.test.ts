import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { prepareHostProgram } from '../../../core/plugins/supervisor/host-program.ts'

test('the host’s program is whole for each of several that need it at once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'berth-host-program-'))
  try {
    const read = async () => readFile((await prepareHostProgram(folder)).file, 'utf8')
    const texts = await Promise.all(Array.from({ length: 6 }, read))
    assert.equal(new Set(texts).size, 1)
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.endsWith('.part')),
      [],
    )
  } finally {
    await rm(folder, { recursive: true })
  }
})

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { parse } from 'yaml'
import { engines, makeDatabase } from '../support/databases.ts'
import { dataFolder } from '../support/config.ts'

const ROOT = join(import.meta.dirname, '../..')

for (const engine of engines) {
  describe(`catalogue, billing and books by command on ${engine}`, async () => {
    const { db, url, remove } = await makeDatabase(engine)
    after(remove)
    const folder = dataFolder()
    const env = { ...process.env, BERTH_DATA_DIR: folder, DATABASE_URL: url }
    const say = (input: string, ...args: string[]) => {
      const options = { env, input, encoding: 'utf8', timeout: 60_000 } as const
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [join(ROOT, 'bin/berth'), ...args],
        options,
      )
      return { code: status, out: stdout, err: stderr }
    }
    const exported = (name: string): unknown => {
      const said = berth('catalog', 'export', join(folder, name))
      assert.equal(said.code, 0, said.err)
      return parse(readFileSync(join(folder, name), 'utf8'))
    }
    const berth = (...args: string[]) => say('', ...args)

    test('a catalogue goes in whole and comes out the same; a wrong one is refused by line, path and form', () => {
      const staff = ['--staff-email', 'ada@provider.example', '--staff-password-stdin']
      assert.equal(say('a long enough passphrase 47', 'init', '--test-clock', ...staff).code, 0)
      const example = join(ROOT, 'examples/catalog.yaml')
      const loaded = berth('catalog', 'import', example)
      assert.equal(loaded.code, 0, loaded.err)
      const written = exported('first.yaml')
      assert.equal(berth('catalog', 'import', join(folder, 'first.yaml')).code, 0)
      assert.deepEqual(exported('second.yaml'), written)

      const wrong = join(folder, 'wrong.yaml')
      writeFileSync(wrong, readFileSync(example, 'utf8').replace(/EUR: "?\d+\.\d\d"?/, 'EUR: "a lot"'))
      const refused = berth('catalog', 'import', wrong)
      assert.equal(refused.code, 1)
      assert.match(refused.err, /^\d+:\d+ groups\.[\w.]+\.EUR: "a lot" .*expected an amount in EUR/m)
      assert.deepEqual(exported('third.yaml'), written, 'nothing was taken over')
    })

    test('billing is previewed and run, up to a day that is named', () => {
      const preview = berth('bill', '--preview', '30')
      assert.equal(preview.code, 0, preview.err)
      const until = berth('bill', '--until', '2026-01-20')
      assert.equal(until.code, 0, until.err)
      const run = berth('bill')
      assert.equal(run.code, 0, run.err)
      for (const { out } of [preview, until, run]) assert.notEqual(out.trim(), '')
    })

    test('the books are verified: one posting without a journal is named, and the command ends with 1', async () => {
      const fine = berth('verify')
      assert.deepEqual([fine.code, fine.out], [0, 'The books add up.\n'])
      const posting = { journal_id: 'jrn_stray', position: 1, client_id: null, account: 'cash' }
      await db.insert('postings', [{ ...posting, brand_id: 'brd_x', currency: 'EUR', amount_minor: 5n }])
      const wrong = berth('verify')
      assert.equal(wrong.code, 1)
      assert.match(wrong.out + wrong.err, /jrn_stray/)
    })
  })
}

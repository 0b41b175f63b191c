import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  addExemption,
  careForTax,
  getInvoice,
  listExemptions,
  readExemptionPaper,
  taxStatements,
  withdrawExemption,
} from '../../core/billing/index.ts'
import { words } from '../../core/app/wire/words.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeStaff, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer } from './support.ts'

for (const engine of engines) {
  describe(`certificates of exemption on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const plugins = { call: () => Promise.reject(new Error('nobody is asked')) }
    const means = { ...testMeans(db, { now: '2026-01-15T10:00:00.000Z' }), plugins }
    const staff = staffActor()
    const { brand, client } = await makeBuyer(means)
    const paper = {
      client_id: client.id,
      number: 'FA-17',
      authority: 'Finanzamt Hamburg',
      starts_on: '2026-01-01',
    }
    const taxOf = async () =>
      getInvoice(db, (await issue(means, draft(client, { amounts: [10_000n] }))).id, actor)

    test('what does not fit is refused by its field', async () => {
      const refusals: [object, string][] = [
        [{ ends_on: '2025-12-31' }, 'ends_on'],
        [{ country: 'ZZ' }, 'country'],
        [{ number: '' }, 'number'],
        [{ file: { name: 'x.exe', bytes: new Uint8Array([77, 90, 0, 1]) } }, 'file'],
      ]
      for (const [more, field] of refusals)
        await assert.rejects(
          addExemption(means, { ...paper, ...more }, staff),
          (error: { fields: object }) => {
            assert.deepEqual(Object.keys(error.fields), [field])
            return true
          },
        )
      await assert.rejects(addExemption(means, { ...paper, client_id: 'cli_none' }, staff), { status: 404 })
      const other = { ...staff, brandIds: ['brd_other'] }
      await assert.rejects(addExemption(means, paper, other), { status: 404 })
    })

    test('while it is valid the client is exempt and the document names it; staff hear of its end', async () => {
      assert.equal((await taxOf()).tax_minor, 1_900n)
      const file = { name: 'paper.pdf', bytes: new TextEncoder().encode('%PDF-1.7 paper') }
      const id = await addExemption(means, { ...paper, ends_on: '2026-03-01', file }, staff)
      const invoice = await taxOf()
      assert.deepEqual(
        [
          invoice.tax_minor,
          invoice.taxes[0]!.treatment,
          taxStatements(invoice, words().translator('en'), 'en'),
        ],
        [0n, 'exempt', ['Exempt from tax by certificate FA-17 of Finanzamt Hamburg.']],
      )
      const kept = await readExemptionPaper(means, { exemption_id: id }, staff)
      assert.ok(kept.file_id)
      await assert.rejects(
        readExemptionPaper(means, { exemption_id: id }, { ...staff, brandIds: ['brd_x'] }),
        {
          status: 404,
        },
      )

      await makeStaff(means)
      assert.equal((await careForTax(means)).told, 0)
      means.business.set('2026-02-01T10:00:00.000Z')
      assert.equal((await careForTax(means)).told, 1)
      assert.equal((await careForTax(means)).told, 0)
      const mails = means.jobs.of('mail.send') as { template: string; brand_id: string }[]
      assert.deepEqual(
        mails.map(({ template, brand_id }) => [template, brand_id]),
        [['exemption-ends', brand.id]],
      )
      means.business.set('2026-03-01T10:00:00.000Z')
      assert.equal((await taxOf()).tax_minor, 1_900n)
    })

    test('withdrawn it counts no more, and not twice', async () => {
      const id = await addExemption(means, { ...paper, tax_classes: ['standard'], number: 'FA-18' }, staff)
      assert.equal((await taxOf()).tax_minor, 0n)
      await withdrawExemption(means, { exemption_id: id, reason: 'Forged' }, staff)
      assert.equal((await taxOf()).tax_minor, 1_900n)
      const again = withdrawExemption(means, { exemption_id: id, reason: 'Forged' }, staff)
      await assert.rejects(again, { code: 'tax_exemption.withdrawn' })
      const other = await addExemption(means, { ...paper, tax_classes: ['reduced'], number: 'FA-19' }, staff)
      assert.equal((await taxOf()).tax_minor, 1_900n)
      assert.deepEqual(
        (await listExemptions(means, {}, staff)).map((row) => [row.number, row.withdrawn_at === null]),
        [
          ['FA-17', true],
          ['FA-19', true],
          ['FA-18', false],
        ],
      )
      assert.ok(other)
    })
  })
}

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  brandOfHost,
  changeBrand,
  changeSeller,
  changeTaxRule,
  createTaxRule,
  deleteTaxRule,
  listBrands,
  listTaxRules,
  readBrand,
  readSeller,
  taxRulesOn,
} from '../../core/brands/index.ts'
import { instant, isoDate, type Actor } from '../../core/kernel/index.ts'
import { ownHosts } from '../../core/app/wire/plugin-host.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeBrand, makeSeller, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

for (const engine of engines) {
  describe(`brands on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const staff = staffActor()

    test('finds the brand of a host, and the only brand for any host', async () => {
      const harbour = await makeBrand(means, { hosts: JSON.stringify(['harbour.example']) })
      assert.equal((await brandOfHost(db, 'localhost:8080'))?.id, harbour.id)
      const quay = await makeBrand(means, { hosts: JSON.stringify(['quay.example', '::1']) })
      assert.equal((await brandOfHost(db, 'Quay.Example:8443'))?.id, quay.id)
      assert.equal((await brandOfHost(db, '[::1]:8080'))?.id, quay.id)
      assert.equal(await brandOfHost(db, 'localhost:8080'), null)
      assert.equal(await brandOfHost(db, 'evil-quay.example'), null)
    })

    test('knows under which hosts and ports the installation itself answers', async () => {
      const own = ownHosts(db, 'https://shop.example:8443')
      assert.deepEqual(
        [await own('shop.example', 8443), await own('shop.example', 443), await own('quay.example', 443)],
        [true, true, true],
      )
      assert.deepEqual(
        [
          await own('shop.example', 2222),
          await own('else.example', 443),
          await own('evil-quay.example', 443),
        ],
        [false, false, false],
      )
      const unnamed = ownHosts(db, null)
      assert.deepEqual(
        [await unnamed('quay.example', 443), await unnamed('shop.example', 443)],
        [true, false],
      )
    })

    test('changes a brand, and refuses what does not fit together', async () => {
      const brand = await makeBrand(means)
      const change = (set: object) => changeBrand(means, { brand_id: brand.id, set }, staff)
      const changed = await change({ name: 'Mole', hosts: ['MOLE.example'], prices_include_tax: true })
      assert.deepEqual(
        [changed.name, changed.hosts, changed.prices_include_tax, changed.version],
        ['Mole', ['mole.example'], 1, 2],
      )
      await assert.rejects(change({ currencies: ['EUR', 'XXZ'] }), {
        fields: { currencies: '"XXZ" is not a currency code of ISO 4217' },
      })
      await assert.rejects(change({ currency: 'JPY' }), {
        fields: { currency: 'must be one of the currencies of the brand' },
      })
      await assert.rejects(change({ zone: 'Moon/Base' }), {
        fields: { zone: '"Moon/Base" is not a time zone such as Europe/Berlin' },
      })
      await makeBrand(means, { hosts: JSON.stringify(['taken.example']) })
      await assert.rejects(change({ hosts: ['taken.example'] }), { code: 'brand.host_taken', status: 409 })
      assert.deepEqual((await readBrand(means, { brand_id: brand.id }, staff)).hosts, ['mole.example'])
    })

    test('shows staff of one brand neither other brands nor their sellers', async () => {
      const [own, other] = [await makeBrand(means), await makeBrand(means)]
      const limited = { ...staffActor(), brandIds: [own.id] }
      assert.deepEqual(
        (await listBrands(means, {}, limited)).map((brand) => brand.id),
        [own.id],
      )
      const set = { name: 'Mine' }
      await assert.rejects(changeBrand(means, { brand_id: other.id, set }, limited), { status: 404 })
      await assert.rejects(readSeller(means, { seller_id: other.seller_id }, limited), { status: 404 })
      await assert.rejects(changeSeller(means, { seller_id: other.seller_id, set }, limited), { status: 404 })
      await assert.rejects(changeBrand(means, { brand_id: own.id, set }, staffActor(['brand.read'])), {
        code: 'actor.forbidden',
      })
      await assert.rejects(readBrand(means, { brand_id: own.id }, clientActor('cli_1')), {
        code: 'actor.forbidden',
      })
    })

    test('asks for the password before the tax number, name or legal text of a seller changes', async () => {
      const seller = await makeSeller(means)
      const hours = { ...staff, confirmedAt: instant(means.clock.ms() - 24 * 3_600_000) }
      const change = (set: object, who: Actor = hours) =>
        changeSeller(means, { seller_id: seller.id, set }, who)
      for (const set of [{ tax_id: 'DE1' }, { name: 'Mole' }, { legal_text: 'IBAN DE02' }])
        await assert.rejects(change(set), { code: 'session.confirmation_needed' })
      const { name, tax_id } = seller
      assert.equal((await change({ name, tax_id, email: 'mole@x.example' })).email, 'mole@x.example')
      assert.equal((await change({ tax_id: 'DE1' }, staff)).tax_id, 'DE1')
    })

    test('changes a seller', async () => {
      const seller = await makeSeller(means)
      const change = (set: object) => changeSeller(means, { seller_id: seller.id, set }, staff)
      const address = { lines: ['Kai 1'], postcode: '28195', city: 'Bremen' }
      const changed = await change({ address, tax_id: null })
      assert.deepEqual([changed.address, changed.tax_id, changed.name], [address, null, seller.name])
      await assert.rejects(change({ country: 'ZZ' }), { fields: { country: '"ZZ" is not a country' } })
    })
  })

  describe(`tax rules on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T10:00:00.000Z' })
    const staff = staffActor()
    const vat = (sellerId: string, more: object = {}) => ({
      seller_id: sellerId,
      country: 'DE',
      tax_class: 'standard',
      name: 'VAT',
      rate_ppm: 190_000,
      starts_on: '2026-01-01',
      ...more,
    })
    const add = async (sellerId: string, more: object = {}) =>
      (await createTaxRule(means, vat(sellerId, more), staff)).id

    test('hold from their first day until the day before their end', async () => {
      const { id } = await makeSeller(means)
      await add(id, { ends_on: '2026-07-01' })
      await add(id, { starts_on: '2026-07-01', rate_ppm: 210_000 })
      const rates = async (day: string) =>
        (await taxRulesOn(db, id, isoDate(day))).map((rule) => rule.rate_ppm)
      assert.deepEqual(await rates('2025-12-31'), [])
      assert.deepEqual(await rates('2026-01-01'), [190_000])
      assert.deepEqual(await rates('2026-06-30'), [190_000])
      assert.deepEqual(await rates('2026-07-01'), [210_000])
    })

    test('of one level are one a day and place; of two levels they add up', async () => {
      const { id } = await makeSeller(means)
      await add(id, { country: 'CA', region: 'QC', name: 'QST', level: 2, rate_ppm: 99_750 })
      await add(id, { country: 'CA', name: 'GST', rate_ppm: 50_000 })
      const again = add(id, { country: 'CA', region: 'QC', name: 'PST', level: 2, starts_on: '2026-03-01' })
      await assert.rejects(again, { code: 'tax_rule.overlaps', status: 409 })
      await add(id, { country: 'CA', region: 'BC', name: 'PST', level: 2, compound: true })
      await add(id, { country: 'CA', region: 'QC', name: 'QST', level: 2, tax_class: 'reduced' })
      assert.deepEqual(
        (await listTaxRules(means, { seller_id: id }, staff)).map((rule) => [
          rule.name,
          rule.level,
          rule.compound,
        ]),
        [
          ['GST', 1, 0],
          ['PST', 2, 1],
          ['QST', 2, 0],
          ['QST', 2, 0],
        ],
      )
    })

    test('keep a name to one level, and compound to the second', async () => {
      const { id } = await makeSeller(means)
      await add(id, { country: 'CA', name: 'GST' })
      const second = add(id, { country: 'CA', region: 'QC', name: 'GST', level: 2 })
      await assert.rejects(second, { code: 'tax_rule.name_taken', status: 409 })
      await assert.rejects(add(id, { compound: true }), { code: 'input.invalid' })
      await assert.rejects(add(id, { level: 5 }), { code: 'input.invalid' })
    })

    test('refuse days and places that are none', async () => {
      const { id } = await makeSeller(means)
      await assert.rejects(add(id, { ends_on: '2026-01-01' }), {
        fields: { ends_on: 'must be after the first day' },
      })
      await assert.rejects(add(id, { starts_on: '2026-02-30' }), { code: 'input.invalid' })
      await assert.rejects(add(id, { country: 'ZZ' }), { code: 'input.invalid' })
      await assert.rejects(add(id, { rate_ppm: 1_000_001 }), { code: 'input.invalid' })
      await assert.rejects(add('sel_none'), { status: 404 })
    })

    test('in effect can only be ended', async () => {
      const { id } = await makeSeller(means)
      const rule = await add(id)
      const change = (more: object) => changeTaxRule(means, { tax_rule_id: rule, ...more }, staff)
      await assert.rejects(change({ rate_ppm: 200_000 }), { code: 'tax_rule.in_effect', status: 409 })
      await assert.rejects(deleteTaxRule(means, { tax_rule_id: rule }, staff), { code: 'tax_rule.in_effect' })
      await change({ ends_on: '2026-02-01' })
      assert.deepEqual(await taxRulesOn(db, id, isoDate('2026-02-01')), [])
    })

    test('to come can be changed and deleted', async () => {
      const { id } = await makeSeller(means)
      const rule = await add(id, { starts_on: '2026-03-01' })
      await changeTaxRule(means, { tax_rule_id: rule, rate_ppm: 200_000, starts_on: '2026-04-01' }, staff)
      assert.deepEqual(
        (await listTaxRules(means, { seller_id: id }, staff)).map((row) => [row.rate_ppm, row.starts_on]),
        [[200_000, '2026-04-01']],
      )
      await deleteTaxRule(means, { tax_rule_id: rule }, staff)
      await assert.rejects(deleteTaxRule(means, { tax_rule_id: rule }, staff), { status: 404 })
    })

    test('belong to the sellers of the own brands', async () => {
      const [own, other] = [await makeBrand(means), await makeBrand(means)]
      const rule = await add(other.seller_id, { starts_on: '2026-03-01' })
      const limited = { ...staffActor(), brandIds: [own.id] }
      await assert.rejects(createTaxRule(means, vat(other.seller_id), limited), { status: 404 })
      await assert.rejects(changeTaxRule(means, { tax_rule_id: rule, rate_ppm: 1 }, limited), { status: 404 })
      await assert.rejects(listTaxRules(means, { seller_id: other.seller_id }, limited), { status: 404 })
      assert.ok(await createTaxRule(means, vat(own.seller_id), limited))
    })
  })
}

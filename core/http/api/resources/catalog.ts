import {
  applyPriceRule,
  exportCatalog,
  findOffer,
  importCatalogFile,
  listOffers,
  previewPriceRule,
  setPriceRule,
  type PriceRule,
} from '../../../catalog/index.ts'
import { amount } from '../amount.ts'
import { bodyOf, rulesOf, type Endpoint } from '../endpoint.ts'
import { ofBrand } from './offers.ts'

const tag = 'catalog'
/** A file of the greatest length that is read, with its escapes. */
const FILE_LIMIT = 12 * 1024 * 1024

/** The catalogue as one file, and the rules by which prices of a currency follow another one. */
export const catalogEndpoints: readonly Endpoint[] = [
  {
    ...{ id: 'exportCatalog', method: 'get', path: '/catalog', tag },
    summary: 'Write all that a brand sells as a file',
    ...{ ...rulesOf(exportCatalog), query: ofBrand, status: 200, answer: { one: 'CatalogFile' } },
    handle: async ({ deps, actor, query }) => ({ text: await exportCatalog(deps, query, actor) }),
  },
  {
    ...{ id: 'importCatalog', method: 'post', path: '/catalog', tag },
    summary: 'Bring a brand to what a file says, all of it or nothing; the detail of a 422 names each line',
    ...{ ...rulesOf(importCatalogFile), body: bodyOf(importCatalogFile, []), bodyLimit: FILE_LIMIT },
    ...{ status: 200, answer: { one: 'ImportReport' } },
    handle: ({ deps, actor, body }) => importCatalogFile(deps, body, actor),
  },
  {
    ...{ id: 'listPriceRules', method: 'get', path: '/price-rules', tag },
    summary: 'List the rules of a brand by which prices follow another currency',
    ...{ ...rulesOf(previewPriceRule), query: ofBrand, status: 200, answer: { list: 'PriceRule' } },
    async handle({ deps, actor, query }) {
      const brandId = query.brand_id as string
      const rows = await listOffers(deps.db, actor, { table: 'price_rules', brandId })
      return { items: rows.map(ruleResource), next: null }
    },
  },
  {
    ...{ id: 'setPriceRule', method: 'post', path: '/price-rules', tag },
    summary: 'Say how the prices of a currency follow; there is one rule for each currency of a brand',
    ...{
      ...rulesOf(setPriceRule),
      body: bodyOf(setPriceRule, []),
      status: 200,
      answer: { one: 'PriceRule' },
    },
    async handle({ deps, actor, body }) {
      const id = await setPriceRule(deps, body, actor)
      return ruleResource(await findOffer(deps.db, actor, { table: 'price_rules', id }))
    },
  },
  {
    ...{ id: 'previewPriceRule', method: 'get', path: '/price-rules/{price_rule_id}/preview', tag },
    summary: 'List what a rule would set today: only what differs from what holds',
    ...{ ...rulesOf(previewPriceRule), status: 200, answer: { list: 'DerivedPrice' } },
    refusals: { 409: 'There is no rate yet.' },
    async handle({ deps, actor, params }) {
      const { prices } = await previewPriceRule(deps, { id: params.price_rule_id }, actor)
      const items = prices.map(({ ownerId, cycle, currency, amountMinor, setupMinor, oldMinor }) => ({
        ...{
          owner_id: ownerId,
          cycle,
          amount: amount(amountMinor, currency),
          setup: amount(setupMinor, currency),
        },
        old: oldMinor === null ? null : amount(oldMinor, currency),
      }))
      return { items, next: null }
    },
  },
  {
    ...{ id: 'applyPriceRule', method: 'post', path: '/price-rules/{price_rule_id}/apply', tag },
    summary: 'Set the prices that a rule gives, all or none; services keep theirs',
    ...{ ...rulesOf(applyPriceRule), status: 204, answer: null },
    refusals: { 409: 'There is no rate yet.' },
    handle: async ({ deps, actor, params }) =>
      void (await applyPriceRule(deps, { id: params.price_rule_id }, actor)),
  },
]

function ruleResource({ id, brand_id, base, currency, markup_ppm, rounding, follows }: PriceRule) {
  const { mode, step, ending } = JSON.parse(rounding) as { mode: string; step: string; ending: string }
  return { id, brand_id, base, currency, markup_ppm, mode, step, ending, follows: follows === 1 }
}

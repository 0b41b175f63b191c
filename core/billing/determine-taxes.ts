import type { TaxAnswer, TaxQuestion } from '../../sdk/index.ts'
import { AskFirst, type Queries, type Trx } from '../db/index.ts'
import { BerthError, defineError, type IsoDate } from '../kernel/index.ts'
import type { Hooks } from '../records/index.ts'
import type { DraftInvoice, DraftLine } from './draft.ts'
import { planInvoice, taxBuyer, type BillFrom, type BillTo, type PlannedInvoice } from './plan-invoice.ts'
import type { TaxRate } from './tax.ts'
import { exemptionOf, EXEMPT, type TaxBuyer } from './taxes-for.ts'

export const TaxUndetermined = defineError(
  'tax.undetermined',
  503,
  (p: { subject: string; instance: string; reason: string }) =>
    `The tax for ${p.subject} was not determined by the plugin ${p.instance}: ${p.reason}. Nothing was issued.`,
)

/** A document as far as its taxes ask. */
export interface TaxCase {
  draft: Pick<DraftInvoice, 'brandId' | 'clientId' | 'currency'> & {
    lines: readonly Pick<DraftLine, 'taxClass' | 'amountMinor'>[]
  }
  buyer: Pick<BillTo, 'city' | 'company' | 'tax_id'>
  place: TaxBuyer
  from: Pick<BillFrom, 'sellerJson' | 'taxPlugin'>
  on: IsoDate
  /** Language of the sentences that a plugin wants on the document. */
  locale: string
}

type Taxes = readonly (readonly TaxRate[])[]
type Verdict = Taxes | BerthError

/** Sums that are no supply: they bear no tax, whoever buys. */
const UNTAXED: readonly string[] = ['none', 'gift_card']

/**
 * The taxes of the lines of each case, by the plugin that its brand has chosen; null where rules decide. Lines that
 * core knows to be free of tax are not asked about. An error stands where a plugin fails: nothing is guessed. Within a
 * transaction that is left for the questions and begun anew.
 */
export async function determineTaxes(
  { hooks }: { hooks: Hooks },
  queries: Queries,
  cases: readonly TaxCase[],
): Promise<(Verdict | null)[]> {
  const answers = 'answers' in queries ? (queries as Trx).answers : undefined
  const open = new Map<string, () => Promise<Verdict>>()
  const verdicts: (Verdict | null)[] = []
  for (const one of cases) {
    if (!one.from.taxPlugin) {
      verdicts.push(null)
      continue
    }
    const ask = () => determine(hooks, one)
    const key = `tax.determine ${JSON.stringify([one.from.taxPlugin, questionOf(one), exemptLines(one)])}`
    if (!answers) verdicts.push(await ask())
    else if (answers.has(key)) verdicts.push(answers.get(key) as Verdict)
    else open.set(key, ask)
  }
  if (open.size > 0) throw new AskFirst(open)
  return verdicts
}

async function determine(hooks: Hooks, one: TaxCase): Promise<Verdict> {
  const instance = one.from.taxPlugin!
  const { brandId, clientId: subject } = one.draft
  const fail = (reason: string, cause?: unknown) => TaxUndetermined({ subject, instance, reason }, cause)
  const exempt = exemptLines(one)
  const asked = one.draft.lines.flatMap((_, i) => (exempt[i] ? [] : [i]))
  if (asked.length === 0) return exempt.map((rates) => rates!)
  const offers = hooks
    .offering('tax.determine')
    .some((offer) => offer.instance === instance && (offer.brand === null || offer.brand === brandId))
  if (!offers) return fail('it is not active, or does not determine taxes for this brand')
  try {
    const answer = (await hooks.ask(instance, 'tax', 'determine', questionOf(one))) as TaxAnswer
    const byKey = new Map(answer.lines.map((line) => [line.key, line]))
    if (byKey.size !== asked.length || answer.lines.length !== asked.length)
      return fail('it did not answer each line once')
    const taxes = exempt.map((rates, i) => {
      const line = byKey.get(String(i))
      if (!rates && !line) throw fail(`it did not answer line ${i}`)
      return rates ?? ratesOf(line!, answer.notes, one.locale)
    })
    const unclear = unclearTax(taxes)
    return unclear === undefined ? taxes : fail(`"${unclear}" stands for two taxes`)
  } catch (error) {
    return error instanceof BerthError && error.code === TaxUndetermined.code
      ? error
      : fail(error instanceof Error ? error.message : String(error), error)
  }
}

/** The tax table tells taxes apart by name and rate: one of them may not stand for two, in a line or between lines. */
function unclearTax(taxes: Taxes): string | undefined {
  const treatments = new Map<string, string>()
  for (const rates of taxes) {
    const inLine = new Set<string>()
    for (const { name, ratePpm, treatment = 'standard' } of rates) {
      const key = `${name} ${ratePpm}`
      if (inLine.has(key) || (treatments.get(key) ?? treatment) !== treatment) return name
      inLine.add(key)
      treatments.set(key, treatment)
    }
  }
  return undefined
}

/** Rates of the lines that nobody is asked about; undefined for those to be asked. */
function exemptLines({ draft, place, on }: TaxCase): (readonly TaxRate[] | undefined)[] {
  return draft.lines.map(({ taxClass }) => {
    if (UNTAXED.includes(taxClass)) return []
    const exemption = exemptionOf(place, taxClass, on)
    if (!exemption) return place.exempt ? EXEMPT : undefined
    const { number, authority } = exemption
    return EXEMPT.map((rate) => ({ ...rate, certificate: { number, authority } }))
  })
}

function questionOf(one: TaxCase): TaxQuestion {
  const { draft, place, from, buyer, on } = one
  const seller = JSON.parse(from.sellerJson) as {
    country: string
    region: string | null
    tax_id: string | null
  }
  const exempt = exemptLines(one)
  return {
    seller: {
      place: { country: seller.country, ...(seller.region ? { state: seller.region } : {}) },
      ...(seller.tax_id ? { tax_id: seller.tax_id } : {}),
    },
    buyer: {
      place: {
        country: place.country,
        ...(place.region ? { state: place.region } : {}),
        ...(place.postcode ? { postcode: place.postcode } : {}),
        ...(buyer.city ? { city: buyer.city } : {}),
      },
      kind: buyer.company || place.business ? 'company' : 'person',
      ...(buyer.tax_id ? { tax_id: buyer.tax_id } : {}),
      tax_id_valid: place.business ?? false,
    },
    ...{ supplied_on: on, currency: draft.currency },
    lines: draft.lines.flatMap(({ taxClass, amountMinor }, i) =>
      exempt[i] ? [] : [{ key: String(i), tax_class: taxClass, net_minor: String(amountMinor) }],
    ),
  }
}

/** Each tax is a level of its own, so that a compound one is taken on those before it. */
function ratesOf(
  { taxes, treatment }: TaxAnswer['lines'][number],
  notes: readonly string[],
  locale: string,
): readonly TaxRate[] {
  const said = notes.length > 0 ? { notes: { [locale]: notes.join('\n') } } : {}
  const treated = treatment === 'standard' ? {} : { treatment }
  // Without a rate the treatment stands on the document by itself.
  const rates = taxes.length === 0 && (notes.length > 0 || treatment !== 'standard') ? [NOTHING] : taxes
  return rates.map(({ name, rate_ppm, compound }, i) => ({
    ...{ name: name || treatment.replaceAll('_', ' '), ratePpm: rate_ppm },
    ...(i === 0 ? {} : { level: i + 1, compound }),
    ...treated,
    ...said,
  }))
}

const NOTHING: TaxAnswer['lines'][number]['taxes'][number] = { name: '', rate_ppm: 0, compound: false }

export interface DocumentCase {
  draft: DraftInvoice
  buyer: BillTo
  from: BillFrom
  issuedOn: IsoDate
}

/** As planInvoice for any number of documents, by the tax plugins of their brands. */
export async function planTaxedAll(
  means: { hooks: Hooks },
  queries: Queries,
  cases: readonly DocumentCase[],
): Promise<(PlannedInvoice | BerthError)[]> {
  const verdicts = await determineTaxes(
    means,
    queries,
    cases.map(({ draft, buyer, from, issuedOn: on }) => ({
      ...{ draft, buyer, from, on, place: taxBuyer(buyer, on), locale: buyer.locale },
    })),
  )
  return cases.map(({ draft, buyer, from, issuedOn }, n) => {
    const taxes = verdicts[n]
    if (taxes instanceof BerthError) return taxes
    const lines = taxes ? draft.lines.map((line, i) => ({ ...line, taxes: taxes[i]! })) : draft.lines
    return planInvoice({ ...draft, lines }, buyer, from, issuedOn)
  })
}

/** Throws where the plugin fails. */
export async function planTaxed(
  means: { hooks: Hooks },
  queries: Queries,
  one: DocumentCase,
): Promise<PlannedInvoice> {
  const [plan] = await planTaxedAll(means, queries, [one])
  if (plan instanceof BerthError) throw plan
  return plan!
}

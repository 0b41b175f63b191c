import type { TaxAnswer, TaxQuestion } from '../../sdk/index.ts'
import { AskFirst, type Queries, type Trx } from '../db/index.ts'
import { BerthError, defineError, type IsoDate } from '../kernel/index.ts'
import type { Hooks } from '../records/index.ts'
import {
  askRemoteTaxes,
  keptAnswers,
  remoteQuestion,
  unfit,
  type RemoteAnswer,
  type RemoteQuestion,
  type AskMeans,
} from './ask-remote-taxes.ts'
import { asCharged } from './charged-taxes.ts'
import type { DraftInvoice, DraftLine } from './draft.ts'
import { planInvoice, taxBuyer, type BillFrom, type BillTo, type PlannedInvoice } from './plan-invoice.ts'
import type { TaxRate } from './tax.ts'
import { exemptionOf, EXEMPT, type TaxBuyer } from './taxes-for.ts'

export const TaxUndetermined = defineError(
  'tax.undetermined',
  503,
  // Whoever reads the sentence sees beside it whose tax it is; "subject" is for programs.
  (p: { subject: string; instance: string; reason: string }) =>
    `The tax was not determined by the plugin ${p.instance}: ${p.reason}. Nothing was issued.`,
)

/** A document as far as its taxes ask. */
export interface TaxCase {
  draft: Pick<DraftInvoice, 'brandId' | 'clientId' | 'currency'> & {
    lines: readonly Pick<DraftLine, 'taxClass' | 'amountMinor' | 'taxes'>[]
  }
  buyer: Pick<BillTo, 'city' | 'company' | 'tax_id'>
  place: TaxBuyer
  from: Pick<BillFrom, 'sellerJson' | 'taxPlugin'>
  on: IsoDate
  /** Language of the sentences that a plugin wants on the document. */
  locale: string
}

/** By which plugins determine taxes, themselves or with a service outside. */
export const TAX_OPERATIONS = ['tax.determine', 'tax.determine_remote'] as const

type Taxes = readonly (readonly TaxRate[])[]

export interface Determined {
  taxes: Taxes
  /** The kept answer of an outside service, which is evidence of the document. */
  answerId?: string
}
type Verdict = Determined | BerthError

/** Sums that are no supply: they bear no tax, whoever buys. */
const UNTAXED: readonly string[] = ['none', 'gift_card']

/**
 * The taxes of the lines of each case, by the plugin that its brand has chosen; null where rules decide. Lines that
 * core knows to be free of tax are not asked about. An error stands where a plugin fails: nothing is guessed. Within a
 * transaction that is left for the questions and begun anew. What an outside service answered once is not asked again.
 */
export async function determineTaxes(
  means: AskMeans,
  queries: Queries,
  cases: readonly TaxCase[],
): Promise<(Verdict | null)[]> {
  const ways = cases.map((one) => wayOf(means.hooks, one))
  const remote = await remoteAnswers(
    means,
    queries,
    ways.flatMap((way) => (way !== null && 'remote' in way ? [way.remote] : [])),
  )
  const answers = 'answers' in queries ? (queries as Trx).answers : undefined
  const open = remote.open
  const verdicts: (Verdict | null)[] = []
  for (const [i, way] of ways.entries()) {
    const one = cases[i]!
    if (way === null || 'verdict' in way) verdicts.push(way && way.verdict)
    else if ('remote' in way) {
      const said = remote.found.get(way.remote.id)
      if (said)
        verdicts.push('answer' in said ? taxesOf(one, said.answer, way.remote.id) : failed(one, said.problem))
    } else {
      const key = `tax.determine ${JSON.stringify([one.from.taxPlugin, way.question, exemptLines(one)])}`
      const ask = () => determine(means.hooks, one, way.question)
      if (!answers) verdicts.push(await ask())
      else if (answers.has(key)) verdicts.push(answers.get(key) as Verdict)
      else open.set(key, ask)
    }
  }
  if (open.size > 0) throw new AskFirst(open)
  return verdicts
}

/** Decided without a question, by an outside service, or by the plugin itself. Null: by the rules of the seller. */
type Way = { verdict: Verdict } | { remote: RemoteQuestion } | { question: TaxQuestion } | null

function wayOf(hooks: Hooks, one: TaxCase): Way {
  const instance = one.from.taxPlugin
  if (!instance) return null
  const exempt = exemptLines(one)
  if (exempt.every((rates) => rates !== undefined)) return { verdict: { taxes: exempt } }
  const offers = (operation: string) =>
    hooks
      .offering(operation)
      .some(
        (offer) => offer.instance === instance && (offer.brand === null || offer.brand === one.draft.brandId),
      )
  const question = questionOf(one)
  const [local, remote] = TAX_OPERATIONS
  if (offers(local)) return { question }
  if (offers(remote)) return { remote: remoteQuestion(instance, question) }
  return { verdict: failed(one, 'it is not active, or does not determine taxes for this brand') }
}

/** What is kept is used; the rest is asked for at once, or, within a transaction, before it begins anew. */
async function remoteAnswers(
  means: AskMeans,
  queries: Queries,
  questions: readonly RemoteQuestion[],
): Promise<{ found: Map<string, RemoteAnswer>; open: Map<string, () => Promise<unknown>> }> {
  const found = new Map<string, RemoteAnswer>()
  const open = new Map<string, () => Promise<unknown>>()
  const keyOf = (id: string) => `tax.determine_remote ${id}`
  const trx = 'answers' in queries ? (queries as Trx) : undefined
  const ids = questions.map(({ id }) => id)
  for (const id of ids) {
    const said = trx?.answers.get(keyOf(id)) as RemoteAnswer | undefined
    if (said) found.set(id, said)
  }
  const kept = await keptAnswers(
    queries,
    ids.filter((id) => !found.has(id)),
  )
  for (const [id, answer] of kept) found.set(id, answer)
  const missing = questions.filter(({ id }) => !found.has(id))
  if (missing.length === 0) return { found, open }
  if (!trx) {
    for (const [id, said] of await askRemoteTaxes(means, missing)) found.set(id, said)
    return { found, open }
  }
  let asked: Promise<Map<string, RemoteAnswer>> | undefined
  for (const { id } of missing)
    open.set(keyOf(id), async () => (await (asked ??= askRemoteTaxes(means, missing))).get(id))
  return { found, open }
}

function failed(one: TaxCase, reason: string, cause?: unknown): BerthError {
  return TaxUndetermined({ subject: one.draft.clientId, instance: one.from.taxPlugin!, reason }, cause)
}

async function determine(hooks: Hooks, one: TaxCase, question: TaxQuestion): Promise<Verdict> {
  try {
    const answer = (await hooks.ask(one.from.taxPlugin!, 'tax', 'determine', question)) as TaxAnswer
    const problem = unfit(question, answer)
    return problem === undefined ? taxesOf(one, answer) : failed(one, problem)
  } catch (error) {
    return failed(one, error instanceof Error ? error.message : String(error), error)
  }
}

function taxesOf(one: TaxCase, answer: TaxAnswer, answerId?: string): Verdict {
  const byKey = new Map(answer.lines.map((line) => [line.key, line]))
  const taxes = exemptLines(one).map(
    (rates, i) => rates ?? ratesOf(byKey.get(String(i))!, answer.notes, one.locale),
  )
  const unclear = unclearTax(taxes)
  if (unclear !== undefined) return failed(one, `"${unclear}" stands for two taxes`)
  return answerId === undefined ? { taxes } : { taxes, answerId }
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
  return draft.lines.map(({ taxClass, taxes }) => {
    if (taxes) return taxes
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
export function ratesOf(
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

/** As planInvoice for any number of documents, by the tax plugins of their brands; what gives back, as it was charged. */
export async function planTaxedAll(
  means: AskMeans,
  queries: Queries,
  asked: readonly DocumentCase[],
): Promise<(PlannedInvoice | BerthError)[]> {
  const cases = await asCharged(queries, asked)
  const verdicts = await determineTaxes(
    means,
    queries,
    cases.map(({ draft, buyer, from, issuedOn: on }) => ({
      ...{ draft, buyer, from, on, place: taxBuyer(buyer, on), locale: buyer.locale },
    })),
  )
  return cases.map(({ draft, buyer, from, issuedOn }, n) => {
    const verdict = verdicts[n]
    if (verdict instanceof BerthError) return verdict
    if (!verdict) return planInvoice(draft, buyer, from, issuedOn)
    const { taxes, answerId } = verdict
    const lines = draft.lines.map((line, i) => ({ ...line, taxes: taxes[i]! }))
    const plan = planInvoice({ ...draft, lines }, buyer, from, issuedOn)
    return answerId === undefined ? plan : { ...plan, taxAnswerId: answerId }
  })
}

/** Throws where the plugin fails. */
export async function planTaxed(
  means: AskMeans,
  queries: Queries,
  one: DocumentCase,
): Promise<PlannedInvoice> {
  const [plan] = await planTaxedAll(means, queries, [one])
  if (plan instanceof BerthError) throw plan
  return plan!
}

import { toDecimal } from '../../../sdk/index.ts'
import {
  billableItemsSource,
  billDay,
  billingConsumers,
  billingJobs,
  billToday,
  billUntil,
  careForTax,
  forgetTaxAnswers,
  expireGiftCards,
  pruneRefusals,
  giftCardConsumers,
  READ_TASK,
  readGatewayMoney,
  readPreview,
  sumPreview,
  RUN_NOW_TASK,
  taxIdConsumer,
  verifyBooks,
  zonesToBill,
  type BillingDeps,
  type DayReport,
  type OverdueServices,
  type Payments,
} from '../../billing/index.ts'
import { sql } from '../../db/index.ts'
import { isoDate, systemActor, type IsoDate } from '../../kernel/index.ts'
import {
  announceRepricings,
  announceTerms,
  clientsAhead,
  dunningDays,
  endCancelled,
  endServices,
  endTerms,
  hourSource,
  servicesAhead,
  serviceSource,
  suspendOverdue,
} from '../../services/index.ts'
import { verifyQuotes } from '../../orders/index.ts'
import { verifyStates } from '../../records/index.ts'
import { verifyMovements } from '../../reports/index.ts'
import type { Means } from '../../records/index.ts'
import type { Area, Command, Wiring } from '../areas.ts'
import { verifyWork } from './verify-work.ts'
import { words } from './words.ts'

export const paymentsOf = (wiring: Wiring): Payments => ({ ...wiring.means, plugins: wiring.plugins })

export function billingDeps(means: Means): BillingDeps {
  const services: OverdueServices = {
    ...{ dunningDays, clientsAhead, ahead: servicesAhead },
    suspend: (trx, ids, actor) => suspendOverdue(means, trx, ids, actor),
    terminate: (trx, serviceIds, actor) => endServices(means, trx, { serviceIds, reason: 'Not paid' }, actor),
    endCancelled: async (day) => {
      await announceTerms(means, day)
      await announceRepricings(means, day)
      return (await endCancelled(means, day)) + (await endTerms(means, day))
    },
  }
  return { means, sources: [serviceSource, hourSource, billableItemsSource], services }
}

const HOUR_MS = 3_600_000

export const billingArea: Area = {
  name: 'billing',
  jobs: (wiring) => ({
    ...billingJobs({ ...paymentsOf(wiring), translator: (locale) => words().translator(locale) }),
    [RUN_NOW_TASK]: () => runNow(wiring.means),
  }),
  consumers: ({ means }) => [...billingConsumers(means), ...giftCardConsumers(means), taxIdConsumer(means)],
  schedules: (wiring) => [
    {
      name: READ_TASK,
      cron: '50 2 * * *',
      // Nights pass within seconds where a test clock is moved, and companies are not asked anew for each.
      run: async () => ({ ...(await readGatewayMoney(paymentsOf(wiring), { restMs: HOUR_MS })) }),
    },
    {
      name: 'billing.tax_care',
      cron: '25 4 * * *',
      run: async () => ({
        ...(await careForTax(paymentsOf(wiring))),
        forgotten: await forgetTaxAnswers(wiring.means),
      }),
    },
    {
      name: 'billing.prune_refusals',
      cron: '10 4 * * *',
      run: async () => ({ forgotten: await pruneRefusals(wiring.means) }),
    },
    {
      name: 'billing.expire_gift_cards',
      cron: '35 * * * *',
      run: async () => ({ expired: await expireGiftCards(wiring.means) }),
    },
    {
      name: 'billing.run',
      // Every hour, because days begin at different hours in different zones; a day that is done is passed over.
      cron: '15 * * * *',
      run: async () => {
        const { means } = wiring
        if ((await zonesToBill(means)).length === 0) return { skipped: true }
        const reports = await billToday(billingDeps(means))
        return { days: reports.length, invoices: reports.reduce((sum, report) => sum + report.invoices, 0) }
      },
    },
  ],
  commands: {
    bill: ((wiring: Wiring, input: BillInput, say: (line: string) => void) =>
      bill(wiring, input, say)) as Command,
    verify: ((wiring: Wiring, _input: object, say: (line: string) => void) => verify(wiring, say)) as Command,
  },
}

async function runNow(means: Means): Promise<void> {
  await billToday(billingDeps(means))
}

/** The day of the first brand, for what asks without a brand. Null while there is none. */
async function billingDay(means: Means): Promise<IsoDate | null> {
  const brand = await means.db.get<{ zone: string }>(sql`select zone from brands order by id limit 1`)
  return brand ? means.business.today(brand.zone) : null
}

interface BillInput {
  preview_days: number | null
  until: string | null
  /** Of a preview: sums a day instead of each document. */
  sums?: boolean
  /** Of a preview: one brand, one client. */
  brand_id?: string | null
  client_id?: string | null
}

async function saySums(deps: BillingDeps, days: number, say: (line: string) => void): Promise<string> {
  const { sums, problems } = await sumPreview(deps.means, deps, { days })
  for (const { issuesOn, currency, invoices, lines, netMinor, taxMinor, totalMinor } of sums) {
    const [net, tax, total] = [netMinor, taxMinor, totalMinor].map((minor) => toDecimal({ minor, currency }))
    say(
      `${issuesOn} ${currency}  ${invoices} invoices, ${lines} lines, net ${net}, tax ${tax}, total ${total}`,
    )
  }
  return `${sums.length} ${sums.length === 1 ? 'sum' : 'sums'}, ${problems} ${problems === 1 ? 'problem' : 'problems'}.`
}

async function bill({ means }: Wiring, input: BillInput, say: (line: string) => void): Promise<unknown> {
  const today = await billingDay(means)
  if (!today) return 'There is no brand yet, so there is nothing to bill.'
  const deps = billingDeps(means)
  if (input.preview_days !== null && input.sums) return saySums(deps, input.preview_days, say)
  if (input.preview_days !== null) return readPreview(deps, queryOf(input), systemActor('cli'))
  const reports = await billed(deps, { until: input.until ? isoDate(input.until) : null, today })
  for (const { on, zone, status, invoices, charges, reminders, suspended, terminated, parked } of reports) {
    say(
      `${on} ${zone}  ${invoices} invoices, ${charges} charges, ${reminders} reminders, ${suspended} suspended, ${terminated} terminated, ${parked} parked`,
    )
    if (status === 'failed')
      say(
        `${on} ${zone}  A step of the day failed and is run again: see billing.step_failed in the audit log.`,
      )
  }
  return `${reports.length} ${reports.length === 1 ? 'day' : 'days'} billed.`
}

const queryOf = ({ preview_days: days, brand_id: brand, client_id: client }: BillInput) => ({
  ...{ days, ...(brand ? { brand_id: brand } : {}), ...(client ? { client_id: client } : {}) },
})

async function billed(
  deps: BillingDeps,
  { until, today }: { until: IsoDate | null; today: IsoDate },
): Promise<DayReport[]> {
  if (until === null) return billToday(deps)
  return until > today ? billUntil(deps, until) : [await billDay(deps, until)]
}

async function verify(wiring: Wiring, say: (line: string) => void): Promise<{ findings: number }> {
  const { db } = wiring.means
  const books = await verifyBooks(db, (await billingDay(wiring.means)) ?? isoDate('1970-01-01'))
  const findings = [
    ...books,
    ...(await verifyQuotes(db)),
    ...(await verifyMovements(db)),
    ...(await verifyStates(db)),
    ...(await verifyWork(wiring)),
  ]
  for (const { check, id, problem } of findings) say(`${id}  ${check}: ${problem}`)
  return { findings: findings.length }
}

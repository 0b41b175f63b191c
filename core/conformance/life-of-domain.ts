import type { DomainReport, RegisterDomain, Static } from '../../sdk/index.ts'
import { openDomain, unlike, type Domain } from './domain.ts'
import { judgePremiums } from './premium-domains.ts'
import { fieldsOf, type Problem } from './rules.ts'
import { withBench, type Run } from './run.ts'
import { judgeSettings } from './settings-of-domain.ts'

type Fields = Record<string, unknown>
type Registered = Static<typeof RegisterDomain>

/**
 * The life of a domain as core would lead it, each act twice under one key, and after each what stands is asked for:
 * found free, registered, renewed, changed, locked, moved away, moved here, given up, expired.
 */
export async function judgeDomains(run: Run): Promise<void> {
  const { inputs = {} } = run.subject.about
  const wanted = inputs['register']?.[0] as Registered | undefined
  if (wanted === undefined) return
  const from = async (act: (domain: Domain, report: Partial<DomainReport>) => Promise<void>) =>
    withBench(run, 'well', async (bench) => {
      const domain = openDomain(run, bench, wanted.domain)
      await act(domain, await register(domain, wanted))
    })
  await withBench(run, 'well', async (bench) => found(openDomain(run, bench, wanted.domain), wanted))
  await from(renew)
  await from((domain) => judgeSettings(domain, wanted))
  await from(moveAway)
  await from(giveUp)
  await withBench(run, 'well', async (bench) => {
    const domain = openDomain(run, bench, wanted.domain)
    if (bench.pass) await expire(domain, await register(domain, wanted), bench.pass)
  })
  const moved = inputs['transfer']?.[0] as { domain: string } | undefined
  if (moved) await withBench(run, 'well', (bench) => moveHere(openDomain(run, bench, moved.domain), moved))
  await judgePremiums(run, wanted)
}

/** Free before it is ours, and taken afterwards. */
async function found(domain: Domain, wanted: Registered): Promise<void> {
  const status = async () => {
    const { results } = await domain.ask('check_availability', { domains: [wanted.domain] })
    return fieldsOf((results as unknown[] | undefined)?.[0])['status']
  }
  domain.note(
    'life_described',
    'before: it can be had',
    unlike('status', await status(), ['free', 'premium']),
  )
  await register(domain, wanted)
  const after = unlike('status', await status(), ['taken', 'unknown'])
  domain.note('life_described', 'registered: it is no longer free', after)
}

async function register(domain: Domain, wanted: Registered): Promise<Partial<DomainReport>> {
  const told = await domain.act('register', wanted as unknown as Fields)
  const report = await domain.settled('registered')
  const nameservers = wanted.nameservers.length === 0 ? undefined : report.nameservers
  domain.note(
    'life_described',
    'registered: describe says it',
    unlike('domain', report.domain, [wanted.domain]) ??
      unlike('state', report.state, ['live']) ??
      unlike('nameservers', nameservers, [wanted.nameservers]) ??
      (told['expires_on'] === undefined
        ? undefined
        : unlike('expires_on', report.expires_on, [told['expires_on']])) ??
      (report.state === 'live' && report.expires_on === undefined ? NO_DAY : undefined),
  )
  return report
}

const NO_DAY = 'it tells no expires_on, so core could never renew it'

/** By its years, once; a wish that knows an older day renews nothing. */
async function renew(domain: Domain, { expires_on: before }: Partial<DomainReport>): Promise<void> {
  if (before === undefined) return
  await domain.act('renew', { years: 1, expires_on: before })
  const { expires_on: after } = await domain.settled('renewed')
  domain.note('renewed_once', 'renewed: it ends a year later', notAYearLater(before, after))
  await domain.ask('renew', { years: 1, expires_on: before, idempotency_key: 'life-renew-late' })
  const { expires_on: late } = await domain.ask('describe')
  const again = unlike('expires_on', late, [after])
  domain.note('renewed_once', 'renewed from a day that has gone: it ends when it did', again)
}

const DAY_MS = 86_400_000
const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY_MS

/** Registries differ by a day or two around leap years. */
function notAYearLater(before: string, after: string | undefined): Problem {
  if (after === undefined) return undefined
  const days = daysBetween(before, after)
  return days >= 363 && days <= 368 ? undefined : `from ${before} to ${after} are ${days} days`
}

/** To another registrar: by its code, or by its tag. */
async function moveAway(domain: Domain): Promise<void> {
  if (domain.offers('transfer_code')) await domain.act('transfer_code')
  if (!domain.offers('release')) return
  await domain.act('release', { tag: 'OTHER-REGISTRAR' })
  const { state } = await domain.settled('released')
  domain.note(
    'life_described',
    'released: describe says it',
    unlike('state', state, ['transferred_away', 'absent']),
  )
}

async function moveHere(domain: Domain, wanted: Fields): Promise<void> {
  const { outcome } = await domain.act('transfer', wanted)
  const status = async () => (await domain.ask('transfer_status'))['status']
  if (outcome === 'pending' && domain.offers('transfer_status'))
    domain.note(
      'life_described',
      'transfer: its status',
      unlike('status', await status(), ['pending', 'completed']),
    )
  const { state } = await domain.settled('transferred')
  domain.note('life_described', 'transferred: describe says it', unlike('state', state, ['live']))
  if (state === 'live' && domain.offers('transfer_status'))
    domain.note('life_described', 'transferred: its status', unlike('status', await status(), ['completed']))
}

const GONE = ['absent', 'cancelled', 'expired', 'redemption']

async function giveUp(domain: Domain): Promise<void> {
  if (!domain.offers('request_delete')) return
  await domain.act('request_delete')
  const report = await domain.settled('deleted')
  domain.note('life_described', 'deleted: describe says it', unlike('state', report.state, GONE))
  await bringBack(domain, report)
}

async function expire(
  domain: Domain,
  { expires_on: ends, registered_on: began = ends }: Partial<DomainReport>,
  pass: (days: number) => unknown,
): Promise<void> {
  if (ends === undefined) return
  await pass(began === ends ? YEARS_DAYS : daysBetween(began!, ends) + 1)
  const report = await domain.settled('expired')
  domain.note('life_described', 'expired: describe says it', unlike('state', report.state, GONE))
  if (report.state === 'expired') await revive(domain, 'renew', report)
  await bringBack(domain, report)
}

/** Without a day on which it began: a year and a day, which is what an author is asked to register for. */
const YEARS_DAYS = 367

async function bringBack(domain: Domain, report: Partial<DomainReport>): Promise<void> {
  if (report.state === 'redemption' && domain.offers('restore')) await revive(domain, 'restore', report)
}

async function revive(
  domain: Domain,
  by: 'renew' | 'restore',
  { expires_on }: Partial<DomainReport>,
): Promise<void> {
  if (expires_on === undefined) return
  await domain.act(by, { years: 1, expires_on })
  const { state } = await domain.settled(`${by} of what had ended`)
  domain.note('life_described', `${by} of what had ended: describe says it`, unlike('state', state, ['live']))
}

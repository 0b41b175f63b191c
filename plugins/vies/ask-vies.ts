import type { PluginContext, Tax } from '../../sdk/index.ts'

type Answer = Awaited<ReturnType<NonNullable<Tax['validate_tax_id']>>>

const URL = 'https://ec.europa.eu/taxation_customs/vies/rest-api/check-vat-number'
/** Member states by the prefix of their numbers; Northern Ireland is XI, Greece EL. */
const PREFIXES = new Set(
  'AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI'.split(' '),
)
/** What the register says while it, or the register of a member state behind it, does not answer. */
const FAILURES = [
  ...['MS_UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'TIMEOUT', 'GLOBAL_MAX_CONCURRENT_REQ'],
  ...['MS_MAX_CONCURRENT_REQ', 'INVALID_INPUT'],
]
const RESERVE_MS = 500
const LEAST_MS = 1_000

interface ViesAnswer {
  valid?: unknown
  name?: unknown
  address?: unknown
  requestIdentifier?: unknown
}

/** An outage is "unknown": nobody is called invalid for it, and nobody valid. */
export async function askVies(
  context: PluginContext,
  { country, tax_id }: { country: string; tax_id: string },
): Promise<Answer> {
  const number = split(tax_id, country)
  if (!number) return { outcome: 'unknown', reason: 'This register does not know numbers of this country.' }
  const requester = split(String(context.settings['requester'] ?? ''), '')
  const body = {
    ...{ countryCode: number.prefix, vatNumber: number.rest },
    ...(requester ? { requesterMemberStateCode: requester.prefix, requesterNumber: requester.rest } : {}),
  }
  try {
    return await ask(context, body)
  } catch (error) {
    return { outcome: 'unknown', reason: error instanceof Error ? error.message.slice(0, 200) : 'No answer.' }
  }
}

async function ask(context: PluginContext, body: object): Promise<Answer> {
  const response = await fetch(URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(Math.max(LEAST_MS, context.deadline() - RESERVE_MS)),
    body: JSON.stringify(body),
  })
  const text = await response.text()
  const answer = read(text)
  if (!response.ok || typeof answer.valid !== 'boolean') {
    const failure = FAILURES.find((name) => text.includes(name))
    return { outcome: 'unknown', reason: failure ?? `The register answered ${response.status}.` }
  }
  if (!answer.valid) return { outcome: 'invalid', reason: 'The register does not know this number.' }
  return {
    outcome: 'valid',
    ...told('name', answer.name),
    ...told('address', answer.address),
    ...told('reference', answer.requestIdentifier),
  }
}

function read(text: string): ViesAnswer {
  try {
    const answer: unknown = JSON.parse(text)
    return typeof answer === 'object' && answer !== null ? answer : {}
  } catch {
    return {}
  }
}

/** Some member states say "---" instead of a name. */
const told = (key: string, value: unknown): Record<string, string> =>
  typeof value === 'string' && value.trim() !== '' && !/^-+$/.test(value.trim())
    ? { [key]: value.trim().replace(/\s*\n\s*/g, ', ') }
    : {}

function split(taxId: string, country: string): { prefix: string; rest: string } | null {
  const bare = taxId.toUpperCase().replace(/[\s.-]/g, '')
  const home = country === 'GR' ? 'EL' : country
  const own = PREFIXES.has(bare.slice(0, 2)) ? bare.slice(0, 2) : home
  if (!PREFIXES.has(own)) return null
  return { prefix: own, rest: bare.startsWith(own) ? bare.slice(2) : bare }
}

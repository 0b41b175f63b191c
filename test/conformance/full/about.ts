import { sampleOf } from '../../../core/conformance/sample.ts'
import type { ProviderKind } from '../../../sdk/index.ts'
import type { Company, Conformance, Decline } from '../../../sdk/test-kit/index.ts'
import { OF_DOMAINS, PREMIUM } from './domains.ts'
import { goodAnswer, operationsOf, refusal } from './answers.ts'
import { ASKED } from './plugin.ts'

const eventOf = (of: string) => ({ body: JSON.stringify({ of }), headers: {}, verified: true })

/** What the author of the full plugin says of it: one input for each operation, one decline where there can be one. */
export function fullAbout(kind: ProviderKind): Conformance {
  const all = Object.entries(operationsOf(kind))
  const inputs = all.map(([name, { input }]) => [name, [sampleOf(input, 'least')]] as const)
  const asked = all.filter(([name]) => ASKED.includes(name) && refusal(kind, name) !== undefined)
  const declines = asked.map(([name, { input }]): [string, Decline[]] => [
    name,
    [{ input: sampleOf(input, 'most'), says: refusal(kind, name) as Record<string, unknown> }],
  ])
  return {
    hosts: ['company.example.com'],
    company: () => company(kind),
    inputs: {
      ...Object.fromEntries(inputs),
      ...(kind === 'registrar' ? { check_availability: [{ domains: [PREMIUM] }] } : {}),
      'client.suspended': [SUSPENDED],
      move: [{ from: '1.0.0', to: '2.0.0' }],
    },
    answers: { move: [{}], ...exactAnswers(kind) },
    declines: Object.fromEntries(declines),
    events: ['one', 'two', 'three'].map(eventOf),
  }
}

const SUSPENDED = {
  ...{ id: 'evt_1', type: 'client.suspended', version: 1, subject: 'cli_1', brand_id: 'brd_1' },
  ...{ client_id: 'cli_1', occurred_at: '2026-11-26T09:00:00.000Z', actor: 'usr_1' },
  ...{ causes: [], own: false, body: {} },
}

/** What hangs on no state is known before it is asked. */
const exactAnswers = (kind: ProviderKind): Record<string, unknown[]> =>
  Object.fromEntries(
    Object.entries(operationsOf(kind))
      .filter(([name]) => name !== 'describe' && !OF_DOMAINS.includes(name))
      .map(([name, { input }]) => [name, [goodAnswer(kind, name, sampleOf(input, 'least'))]]),
  )

/** Answers the same question alike, and says no to the longest one of each operation. */
function company(kind: ProviderKind): Company & { made(): number } {
  const done = new Set<string>()
  return {
    made: () => done.size,
    answer({ path, body }) {
      const operation = path.slice(1)
      const longest = sampleOf(operationsOf(kind)[operation]!.input, 'most')
      if (body === JSON.stringify(longest)) return { json: refusal(kind, operation) }
      done.add(`${operation} ${body}`)
      return { json: goodAnswer(kind, operation, JSON.parse(body)) }
    },
  }
}

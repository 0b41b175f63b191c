import { sampleOf } from '../../../core/conformance/sample.ts'
import { kindTables, type Operation, type ProviderKind } from '../../../sdk/index.ts'

type Fields = Record<string, unknown>

/** The operations of a kind, by name. */
export const operationsOf = (kind: ProviderKind): Record<string, Operation> => kindTables[kind]

/** A form that core takes, wherever a schema has one. */
const FORM = { type: 'object', required: ['name'], properties: { name: { type: 'string', title: 'Name' } } }

const eur = (minor: string) => ({ minor, currency: 'EUR' })
const MOVEMENT = { reference: 'm_1', kind: 'payment', fee: eur('150'), on: '2026-11-26', amount: eur('4900') }

/** Where an answer hangs on the question; everything else is made from its schema alone. */
const BY_QUESTION: Readonly<Record<string, (input: Fields) => unknown>> = {
  'gateway.fee_report': () => ({ fees: [MOVEMENT] }),
  'gateway.list_payouts': () => ({
    payouts: [
      {
        ...{ reference: 'o_1', amount: eur('4750'), fee: eur('0'), status: 'paid', arrives_on: '2026-11-26' },
        ...{ items: [MOVEMENT], itemised: true },
      },
    ],
  }),
  'gateway.find_methods': ({ rows }) => ({
    answers: (rows as { customer: string; method?: string }[]).map(({ customer, method = 'm_1' }) => ({
      ...{ outcome: 'found', customer },
      methods: [{ reference: method, customer, kind: 'card', label: 'Card' }],
    })),
  }),
  'gateway.handle_event': ({ body }) =>
    factsOf(body, (payment) => ({ fact: 'method_removed', method: payment })),
  'mail_transport.handle_event': ({ body }) => factsOf(body, (email) => ({ fact: 'bounced', email })),
  'helpdesk.handle_event': ({ body }) =>
    factsOf(body, (reference) => ({ fact: 'ticket_changed', reference })),
  'tax.determine': (question) => taxesOf(question),
  'tax.determine_remote': ({ questions }) => ({ answers: (questions as Fields[]).map(taxesOf) }),
}

const taxesOf = ({ lines }: Fields) => ({
  lines: (lines as { key: string }[]).map(({ key }) => ({ key, taxes: [], treatment: 'exempt' })),
  notes: [],
})

/** Events of this plugin are `{"of": "…"}`. */
function factsOf(body: unknown, fact: (of: string) => object) {
  const of = /^\{"of":"(\w+)"\}$/.exec(String(body))?.[1]
  return { facts: of === undefined ? [] : [fact(of)] }
}

/** An answer that core takes. */
export function goodAnswer(kind: ProviderKind, operation: string, input: unknown): unknown {
  const byQuestion = BY_QUESTION[`${kind}.${operation}`]
  return byQuestion
    ? byQuestion(input as Fields)
    : withForms(sampleOf(operationsOf(kind)[operation]!.output, 'least'))
}

function withForms(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withForms)
  if (typeof part !== 'object' || part === null) return part
  return Object.fromEntries(
    Object.entries(part).map(([key, inner]) => [key, key === 'form' ? FORM : withForms(inner)]),
  )
}

const NO = ['declined', 'failed', 'refused', 'not_supported', 'invalid']

/** The answer by which an operation says no; undefined where it has none. */
export function refusal(kind: ProviderKind, operation: string): unknown {
  const { anyOf = [] } = operationsOf(kind)[operation]!.output as { anyOf?: object[] }
  return anyOf.map((branch) => sampleOf(branch, 'least')).find(saysNo)
}

const saysNo = (answer: unknown): boolean => NO.includes(String((answer as Fields)['outcome']))

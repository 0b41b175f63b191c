import { Type, type Static } from '../../../sdk/index.ts'
import { timesPpm } from '../../../sdk/index.ts'
import { addDays, type IsoDate } from '../../kernel/index.ts'
import { defineSetting } from '../../records/index.ts'
import { problemsIn, sumIn, Sums } from '../sums.ts'

const LateFee = Type.Object({
  kind: Type.Enum({ none: 'none', fixed: 'fixed', percent: 'percent' } as const),
  amount: Type.Optional(Sums),
  /** Of what is open, in percent. */
  percent: Type.Optional(Type.String({ pattern: '^(\\d{1,3}(\\.\\d{1,4})?)?$' })),
  minimum: Type.Optional(Sums),
  maximum: Type.Optional(Sums),
  grace_days: Type.Integer({ minimum: 1, maximum: 365 }),
  /** Days until the next one; 0: charged once. */
  every_days: Type.Integer({ minimum: 0, maximum: 365 }),
  times: Type.Integer({ minimum: 1, maximum: 24 }),
  tax_class: Type.String({ pattern: '^[a-z][a-z0-9_]*$', maxLength: 40 }),
})
export type LateFee = Static<typeof LateFee>

export const lateFee = defineSetting({
  key: 'billing.late_fee',
  schema: LateFee,
  preset: {
    kind: 'none',
    ...{ grace_days: 7, every_days: 0, times: 1, tax_class: 'none' },
  },
  scopes: ['installation', 'brand', 'client_group', 'client'],
  problem: ({ amount, minimum, maximum }) => problemsIn({ amount, minimum, maximum }),
})

/** Pure: what is charged on an open sum, in minor units; percentages are rounded half up. */
export function feeOn(rule: LateFee, openMinor: bigint, currency: string): bigint {
  const plain = plainFee(rule, openMinor, currency)
  if (plain === null) return 0n
  const least = sumIn(rule.minimum, currency) ?? plain
  const raised = plain < least ? least : plain
  const most = sumIn(rule.maximum, currency) ?? raised
  return raised > most ? most : raised
}

/** Null where nothing is charged: a least fee makes none of it. */
function plainFee(rule: LateFee, openMinor: bigint, currency: string): bigint | null {
  if (rule.kind === 'none') return null
  if (rule.kind === 'fixed') return sumIn(rule.amount, currency)
  return timesPpm(openMinor, Math.round(Number(rule.percent ?? '0') * 10_000))
}

export interface FeeStep {
  step: number
  /** Documents that fell due between these days. */
  dueFrom: IsoDate
  dueTo: IsoDate
}

/** A fee that was missed is charged up to so many days late, then never: nobody is charged for our sleep. */
const CATCH_UP_DAYS = 3

/** Pure: the steps of a rule that may be charged on a day. */
export function feeSteps(rule: LateFee, today: IsoDate): FeeStep[] {
  if (rule.kind === 'none') return []
  const times = rule.every_days === 0 ? 1 : rule.times
  return Array.from({ length: times }, (_, i) => {
    const dueTo = addDays(today, -rule.grace_days - i * rule.every_days)
    return { step: i + 1, dueFrom: addDays(dueTo, -CATCH_UP_DAYS), dueTo }
  })
}

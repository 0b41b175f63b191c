import { Type, type Static } from '../../../sdk/index.ts'
import { divideHalfUp, minorDigits, timesPpm } from '../../../sdk/index.ts'
import { addDays, type IsoDate } from '../../kernel/index.ts'
import { defineSetting } from '../../records/index.ts'

/** Whole units with up to three decimals, for every currency alike; empty for none. */
const Sum = Type.Optional(Type.String({ pattern: '^(\\d{1,7}(\\.\\d{1,3})?)?$' }))

const LateFee = Type.Object({
  kind: Type.Enum({ none: 'none', fixed: 'fixed', percent: 'percent' } as const),
  amount: Sum,
  /** Of what is open, in percent. */
  percent: Type.Optional(Type.String({ pattern: '^(\\d{1,3}(\\.\\d{1,4})?)?$' })),
  minimum: Sum,
  maximum: Sum,
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
  scopes: ['installation', 'brand', 'client'],
})

/** Pure: what is charged on an open sum. Percentages and sums of too many decimals are rounded half up. */
export function feeOn(rule: LateFee, openMinor: bigint, currency: string): bigint {
  const plain =
    rule.kind === 'fixed'
      ? minorOf(rule.amount ?? '', currency)
      : rule.kind === 'percent'
        ? timesPpm(openMinor, Math.round(Number(rule.percent ?? '0') * 10_000))
        : 0n
  const least = !rule.minimum ? plain : minorOf(rule.minimum, currency)
  const raised = rule.kind !== 'none' && plain < least ? least : plain
  const most = !rule.maximum ? raised : minorOf(rule.maximum, currency)
  return raised > most ? most : raised
}

function minorOf(text: string, currency: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.')
  const thousandths = BigInt((whole || '0') + fraction.padEnd(3, '0'))
  return divideHalfUp(thousandths * 10n ** BigInt(minorDigits(currency)), 1_000n)
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

import fc from 'fast-check'
import type { ModelLateFee } from './late-fees.ts'

/** What a shop is like. Amounts are in minor units. */
export interface ModelShop {
  currency: string
  inclusive: boolean
  /** The client owes no tax, and pays of a price with tax this; null: at home, where it owes all. */
  abroad: 'net' | 'stated' | null
  /** Sums to pay are brought to a multiple of it; 0: they are not. */
  cashStep: number
  /** Plans with their taxes, and prices by cycle: of the plan, of a unit of memory, for setting it up. */
  plans: ModelPlan[]
  leadDays: number
  suspendAfter: number
  terminateAfter: number
  separate: boolean
  /** Parts per million off, for so many periods; null: for ever. */
  /** Where the value goes that a cheaper plan leaves over. */
  unused: 'credit' | 'none'
  percent: { ppm: number; cycles: number | null }
  fixed: { minor: number; cycles: number | null }
  /** The prices of a group that the client may join: own ones for a plan and cycle, and so much off all others. */
  list: { ppm: number; plan: number; cycle: string; sums: Sums }
  /** Each invoice is a proforma until its money is there. */
  proforma: boolean
  /** Days after which an instalment that is not paid breaks its plan; 0: never. */
  grace: number
  /** Most hours of a service by the hour in a month; 0: no limit. */
  hourCap: number
  lateFee: ModelLateFee
}

/** A shop in which none of that plays a part. */
export const PLAIN: Pick<ModelShop, 'abroad' | 'list' | 'proforma' | 'grace' | 'hourCap' | 'lateFee'> = {
  abroad: null,
  list: { ppm: 150_000, plan: 1, cycle: '1m', sums: [300, 0, 0] },
  ...{ proforma: false, grace: 14, hourCap: 0 },
  lateFee: {
    ...{ kind: 'none', minor: 0, ppm: 0, least: 0, most: 0 },
    ...{ graceDays: 7, everyDays: 0, times: 1 },
  },
}

/** Of the plan, of a unit of memory, for setting it up. */
export type Sums = [plan: number, memory: number, setup: number]

export interface ModelPlan {
  ppm: number
  /** A plan with the cycle "1h" is charged afterwards, by the hours that were used. */
  prices: Record<string, Sums>
  /** How much memory costs where it is not by the unit, in every cycle. */
  scheme?: ModelScheme | null
  /** How many periods are sold; absent: it goes on. */
  periods?: number | null
  trial?: { days: number; minor: number; then: 'convert' | 'end' } | null
}

export interface ModelScheme {
  kind: 'graduated' | 'volume' | 'package' | 'stairstep'
  included: number
  /** The least that any number of units costs. */
  minimum: number
  /** Units of a package. */
  size: number
  tiers: { upTo: number | null; unit: number; flat: number }[]
}

export type CouponName = 'percent' | 'fixed'

/** One thing that happens. `which` counts round among those that it may happen to. */
export type Step =
  | {
      do: 'order'
      plan: number
      cycle: string
      memory: number
      units: number
      coupon: CouponName | null
      trial?: boolean
    }
  | { do: 'pay'; which: number; tenths: number }
  | { do: 'change'; which: number; plan: number; cycle: string | null; memory: number | null }
  | { do: 'drop_change'; which: number }
  | { do: 'cancel'; which: number; at: 'now' | 'end' }
  | { do: 'keep'; which: number }
  | { do: 'price'; plan: number; cycle: string; minor: number }
  | { do: 'credit'; which: number }
  | { do: 'void'; which: number }
  | { do: 'use_credit'; which: number }
  | { do: 'hold' | 'release'; which: number }
  /** Staff put the client into the group with the price list, or take it out. */
  | { do: 'group'; joins: boolean }
  | ItemStep
  | { do: 'instalments'; which: number; parts: number; every: string; inDays: number }
  | { do: 'wait'; days: number }
  /** The house sleeps, and does the work of all these days when it wakes. */
  | { do: 'sleep'; days: number }

/** Something outside the plans: invoiced now, with the next invoice, or on a day and maybe again. */
export interface ItemStep {
  do: 'item'
  timing: 'now' | 'next' | 'day'
  inDays: number
  cycle: string | null
  times: number | null
  /** On documents of its own. */
  apart: boolean
  /** Thousandths of an hour, what an hour costs, and whose plan's tax it bears. */
  lines: { milli: number; unit: number; plan: number }[]
}

/** The tax that a plan bears. */
export const taxedAs = ({ plans }: Pick<ModelShop, 'plans'>, plan: number) => ({
  ppm: BigInt(plans[plan]!.ppm),
  taxClass: plan,
})

export interface History {
  startsOn: string
  shop: ModelShop
  steps: Step[]
}

export const CYCLES = ['7d', '1m', '3m', '1y'] as const

const amounts = fc.tuple(
  fc.integer({ min: 1, max: 5_000 }),
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 900 }),
)
const amount = fc.integer({ min: 0, max: 300 })
const scheme = fc
  .record({
    kind: fc.constantFrom('graduated' as const, 'volume' as const, 'package' as const, 'stairstep' as const),
    included: fc.constantFrom(0, 0, 1, 3),
    minimum: fc.constantFrom(0, 0, 150),
    size: fc.constantFrom(1, 2, 3),
    tiers: fc.tuple(
      ...[2, 5, null].map((upTo) => fc.record({ upTo: fc.constant(upTo), unit: amount, flat: amount })),
    ),
  })
  .map((drawn): ModelScheme => {
    const { kind, tiers } = drawn
    if (kind === 'package') return { ...drawn, tiers: [{ ...tiers[2]!, flat: 0 }] }
    const unit = (one: (typeof tiers)[number]) => (kind === 'stairstep' ? 0 : one.unit)
    return { ...drawn, size: 1, tiers: tiers.map((one) => ({ ...one, unit: unit(one) })) }
  })
const plan = fc.record({
  scheme: fc.option(scheme),
  ppm: fc.constantFrom(0, 70_000, 190_000, 200_000, 255_000, 81_000),
  prices: fc.record({ '7d': amounts, '1m': amounts, '3m': amounts, '1y': amounts }),
  periods: fc.constantFrom(null, null, 1, 2, 4),
  trial: fc.option(
    fc.record({
      days: fc.constantFrom(1, 5, 14, 40),
      minor: fc.constantFrom(0, 0, 1, 777),
      then: fc.constantFrom('convert' as const, 'convert' as const, 'end' as const),
    }),
  ),
})
/** Sold by the hour. */
const cloud: fc.Arbitrary<ModelPlan> = fc.record({
  ppm: fc.constantFrom(0, 70_000, 190_000),
  prices: fc.record({ '1h': fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 3 }), fc.constantFrom(0, 0, 450)) }),
})
const cycles = fc.constantFrom(1, 2, 3, null)

export const anyShop: fc.Arbitrary<ModelShop> = fc.record({
  currency: fc.constantFrom('EUR', 'JPY', 'KWD'),
  inclusive: fc.boolean(),
  abroad: fc.constantFrom(null, null, 'net', 'stated'),
  cashStep: fc.constantFrom(0, 0, 5, 50),
  plans: fc.tuple(plan, plan, cloud),
  leadDays: fc.constantFrom(0, 3, 7, 14, 30),
  suspendAfter: fc.constantFrom(0, 3, 5),
  terminateAfter: fc.constantFrom(10, 30, 60),
  separate: fc.boolean(),
  unused: fc.constantFrom('credit', 'credit', 'none'),
  percent: fc.record({ ppm: fc.integer({ min: 1, max: 1_000_000 }), cycles }),
  fixed: fc.record({ minor: fc.integer({ min: 1, max: 4_000 }), cycles }),
  list: fc.record({
    ppm: fc.constantFrom(0, 150_000, 333_333, 1_000_000),
    plan: fc.nat({ max: 1 }),
    cycle: fc.constantFrom(...CYCLES),
    sums: amounts,
  }),
  proforma: fc.constantFrom(false, false, false, true),
  grace: fc.constantFrom(0, 1, 4, 14),
  hourCap: fc.constantFrom(0, 0, 100, 500),
  lateFee: fc.record({
    kind: fc.constantFrom('none', 'none', 'fixed', 'percent'),
    minor: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 900 })),
    ppm: fc.constantFrom(10_000, 72_500, 333_300),
    least: fc.constantFrom(0, 0, 50),
    most: fc.constantFrom(0, 0, 400),
    graceDays: fc.constantFrom(1, 4, 14),
    everyDays: fc.constantFrom(0, 2, 7),
    times: fc.integer({ min: 1, max: 3 }),
  }),
})

const which = fc.nat({ max: 5 })
const planNumber = fc.nat({ max: 1 })
const cycle = fc.constantFrom(...CYCLES)
const memory = fc.integer({ min: 1, max: 8 })

const itemLine = fc.record({
  milli: fc.constantFrom(1_000, 2_000, 2_500, 333, 1_001),
  unit: fc.integer({ min: -200, max: 3_000 }),
  plan: planNumber,
})
const itemWords = {
  do: fc.constant('item' as const),
  inDays: fc.constantFrom(0, 1, 9, 31),
  lines: fc.array(itemLine, { minLength: 1, maxLength: 2 }),
}
const onceItem = fc.record({
  ...itemWords,
  timing: fc.constantFrom('now' as const, 'next' as const),
  ...{ cycle: fc.constant(null), times: fc.constant(null), apart: fc.constant(false) },
})
const datedItem = fc.record({
  ...itemWords,
  timing: fc.constant('day' as const),
  cycle: fc.constantFrom(null, '7d', '1m', '1m'),
  times: fc.constantFrom(null, null, 1, 3),
  apart: fc.boolean(),
})

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('order' as const),
      plan: planNumber,
      cycle,
      memory,
      units: fc.constantFrom(1, 1, 2),
      coupon: fc.constantFrom<CouponName | null>(null, null, null, 'percent', 'fixed'),
      trial: fc.constantFrom(false, false, false, true),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constant('pay' as const),
      which,
      tenths: fc.constantFrom(10, 10, 10, 4, 13),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('change' as const),
      which,
      plan: planNumber,
      cycle: fc.option(cycle, { freq: 2 }),
      memory: fc.option(memory),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop_change' as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('cancel' as const),
      which,
      at: fc.constantFrom('now' as const, 'end' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('keep' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('price' as const),
      plan: planNumber,
      cycle,
      minor: fc.integer({ min: 0, max: 5_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('credit' as const, 'void' as const, 'use_credit' as const),
      which,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('hold' as const, 'release' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('group' as const), joins: fc.boolean() }) },
  { weight: 1, arbitrary: onceItem },
  { weight: 1, arbitrary: datedItem },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('instalments' as const),
      which,
      parts: fc.constantFrom(2, 3, 5),
      every: fc.constantFrom('1w', '1m'),
      inDays: fc.constantFrom(0, 3, 20),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('order' as const),
      ...{ plan: fc.constant(2), cycle: fc.constant('1h'), memory },
      units: fc.constantFrom(1, 1, 2),
      coupon: fc.constantFrom<CouponName | null>(null, null, 'percent', 'fixed'),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.constantFrom(1, 2, 5, 11, 31, 45) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('sleep' as const), days: fc.integer({ min: 2, max: 40 }) }),
  },
) as fc.Arbitrary<Step>

export const anyHistory: fc.Arbitrary<History> = fc.record({
  startsOn: fc.constantFrom('2026-01-31', '2027-12-15', '2028-02-29', '2026-03-28', '2027-11-30'),
  shop: anyShop,
  steps: fc.array(anyStep, { minLength: 4, maxLength: 24 }),
})

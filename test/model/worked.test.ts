import type { ModelScheme, ModelShop } from './history.ts'
import { cancel, change, keep, order, pay, payNth, prices, tellWorked, wait, type Worked } from './worked.ts'

const dearer = { ppm: 190_000, prices: { ...prices, '7d': [200, 0, 0] } } satisfies ModelShop['plans'][number]
const cheaper = { ppm: 190_000, prices: { ...prices, '7d': [50, 0, 0] } } satisfies ModelShop['plans'][number]

const graduated: ModelScheme = {
  ...{ kind: 'graduated', included: 0, minimum: 0, size: 1 },
  tiers: [
    { upTo: 2, unit: 100, flat: 0 },
    { upTo: 5, unit: 50, flat: 0 },
    { upTo: null, unit: 10, flat: 75 },
  ],
}

/** Histories that were once told differently by the engine and the model, or wrongly by both. */
const worked: Worked[] = [
  {
    name: 'a renewal that a change of the cycle gave back is not given back again by a cancellation',
    steps: [order('7d'), pay, wait(1), change({ cycle: '1m' }), payNth(1), cancel, wait(2)],
    told: [
      'invoice renewal 2026-02-01 due 2026-02-07 100 + 19 = 119 issued money 0 credit 0',
      's0 ending through 2026-03-01',
    ],
  },
  {
    name: 'a cancellation after a change of the cycle can be taken back',
    steps: [order('7d'), pay, wait(1), change({ cycle: '1m' }), payNth(1), cancel, keep, wait(2)],
    told: ['s0 active through 2026-03-01'],
  },
  {
    name: 'a change that is paid after the cancellation dropped a period is not applied',
    steps: [order('7d'), pay, wait(1), change({ cycle: '1m' }), cancel, pay, wait(2)],
    told: ['credit 255', 's0 ending through 2026-02-14'],
  },
  {
    name: 'a service that is far behind catches up three periods a day, however often a day is run',
    of: { leadDays: 0 },
    steps: [order('7d'), wait(45), pay, wait(1), wait(1), wait(1), wait(2)],
    told: [
      'invoice renewal 2026-03-18 due 2026-02-21 100 + 19 = 119 issued money 0 credit 0',
      'invoice renewal 2026-03-19 due 2026-02-28 100 + 19 = 119 issued money 0 credit 0',
    ],
  },
  {
    name: 'a service that catches up is not left behind, when its day is run again',
    of: { leadDays: 0 },
    steps: [order('7d'), wait(45), pay, wait(1)],
    told: ['s0 active through 2026-02-28 overdue'],
  },
  {
    name: 'of four periods within the lead the fourth comes a day later, however often a day is run',
    of: { leadDays: 30 },
    steps: [order('7d'), pay, wait(1), wait(1), wait(11)],
    told: [
      'invoice renewal 2026-02-01 due 2026-02-21 100 + 19 = 119 issued money 0 credit 0',
      'invoice renewal 2026-02-02 due 2026-02-28 100 + 19 = 119 issued money 0 credit 0',
    ],
  },
  {
    name: 'a coupon for the first period alone lowers what a downgrade in it gives back',
    of: {
      plans: [
        { ppm: 190_000, prices },
        { ppm: 190_000, prices: { ...prices, '1m': [100, 0, 0] } },
      ],
    },
    steps: [order('1m', { coupon: 'percent' }), pay, change({ plan: 1 }), wait(1)],
    told: ['credit_note 2026-01-31 due 2026-01-31 -150 + -29 = -179', 'credit 179'],
  },
  {
    name: 'a coupon for the first period alone does not lower a period of another cycle',
    steps: [order('1m', { coupon: 'percent' }), pay, change({ cycle: '1y' }), wait(1)],
    told: ['invoice change 2026-01-31 due 2026-01-31 3800 + 722 = 4522 issued money 0 credit 0'],
  },
  {
    name: 'a coupon for three periods lowers the first of a new cycle, and one period after it',
    of: { percent: { ppm: 500_000, cycles: 3 }, leadDays: 0 },
    steps: [order('7d', { coupon: 'percent' }), pay, change({ cycle: '1m' }), pay, wait(60)],
    told: [
      'invoice renewal 2026-02-28 due 2026-02-28 200 + 38 = 238 issued money 0 credit 0',
      'invoice renewal 2026-03-31 due 2026-03-31 400 + 76 = 476 issued money 0 credit 0',
    ],
  },
  {
    name: 'a plan at the same price and another tax credits what the tax is less',
    steps: [order('1m'), pay, change({ plan: 1 }), wait(1)],
    told: ['credit_note 2026-01-31 due 2026-01-31 0 + -48 = -48', 'credit 48'],
  },
  {
    name: 'a plan that is cheaper before tax and dearer after it is an invoice',
    of: {
      plans: [
        { ppm: 70_000, prices },
        { ppm: 190_000, prices: { ...prices, '1m': [390, 0, 0] } },
      ],
    },
    steps: [order('1m'), pay, change({ plan: 1 }), pay, wait(1)],
    told: ['invoice change 2026-01-31 due 2026-01-31 -10 + 46 = 36 paid money 36 credit 0'],
  },
  {
    name: 'sums to pay in steps of 50: what is left after a part is credited can be paid again',
    of: { cashStep: 50 },
    steps: [order('1m', { units: 2 }), pay, { do: 'cancel', which: 1, at: 'now' }, wait(22), pay, wait(1)],
    told: [
      'invoice order 2026-01-31 due 2026-01-31 800 + 152 = 950 paid money 950 credit 0',
      'invoice renewal 2026-02-21 due 2026-02-28 400 + 76 = 500 paid money 500 credit 0',
    ],
  },
  {
    name: 'prices with tax, a client who owes none: less the tax of home, also in a change and in what is dropped',
    of: { inclusive: true, abroad: 'net', plans: [{ ppm: 190_000, prices }, dearer] },
    steps: [order('1m'), pay, change({ plan: 1 }), wait(1)],
  },
  {
    name: 'prices with tax: a plan at the same price and another tax has a document over nothing',
    of: { inclusive: true },
    steps: [order('1m'), pay, change({ plan: 1 }), wait(1)],
    told: [
      'invoice change 2026-01-31 due 2026-01-31 38 + -38 = 0 paid money 0 credit 0',
      's0 active through 2026-02-28',
    ],
  },
  {
    name: 'an upgrade that was paid over an unpaid renewal is given back with it',
    of: { plans: [{ ppm: 190_000, prices }, dearer] },
    steps: [order('7d'), pay, wait(1), change({ plan: 1 }), payNth(1), cancel, wait(1)],
    told: [
      'invoice change 2026-02-01 due 2026-02-01 185 + 35 = 220 paid money 220 credit 0',
      'credit_note 2026-02-01 due 2026-02-01 -100 + -19 = -119',
      'credit 119',
      's0 ending through 2026-02-14',
    ],
  },
  {
    name: 'what a downgrade gave back of an unpaid renewal is taken back with it',
    of: { plans: [{ ppm: 190_000, prices }, cheaper] },
    steps: [order('7d'), pay, wait(1), change({ plan: 1 }), cancel, wait(1)],
    told: [
      'credit_note 2026-02-01 due 2026-02-01 -93 + -18 = -111',
      'invoice change 2026-02-01 due 2026-02-01 50 + 10 = 60 paid money 0 credit 60',
      'credit 51',
    ],
  },
  {
    name: 'a downgrade, a cancellation and its undoing leave the renewal at the new price',
    of: { plans: [{ ppm: 190_000, prices }, cheaper] },
    steps: [order('7d'), pay, wait(1), change({ plan: 1 }), cancel, keep, wait(1), cancel, wait(1)],
    told: [
      'invoice renewal 2026-02-02 due 2026-02-07 50 + 10 = 60 void money 0 credit 0',
      'credit 51',
      's0 ending through 2026-02-14',
    ],
  },
  {
    name: 'a fixed coupon over two units is shared by what they give back',
    of: {
      plans: [
        { ppm: 0, prices },
        { ppm: 0, prices: { ...prices, '1m': [200, 0, 0] } },
      ],
    },
    steps: [
      order('1m', { units: 2, coupon: 'fixed' }),
      pay,
      change({ plan: 1 }),
      change({ which: 1, plan: 1 }),
      wait(1),
    ],
    // Each had 4.00 less 15 and has 2.00 less 15.
    told: [
      '  s0 change 2026-01-31 2026-02-28 -385 tax 0',
      '  s0 change 2026-01-31 2026-02-28 185 tax 0',
      '  s1 change 2026-01-31 2026-02-28 -385 tax 0',
      '  s1 change 2026-01-31 2026-02-28 185 tax 0',
      'credit 400',
    ],
  },
  {
    name: 'what a fixed coupon took off the set-up is not taken off the period again',
    of: {
      plans: [
        { ppm: 0, prices: { ...prices, '1m': [400, 0, 200] } },
        { ppm: 0, prices: { ...prices, '1m': [200, 0, 0] } },
      ],
    },
    steps: [order('1m', { coupon: 'fixed' }), pay, change({ plan: 1 }), wait(1)],
    told: ['  s0 change 2026-01-31 2026-02-28 -380 tax 0', '  s0 change 2026-01-31 2026-02-28 180 tax 0'],
  },
  {
    name: 'a second change gives back what the first of its cycle was charged under a lasting coupon',
    of: {
      percent: { ppm: 500_000, cycles: null },
      plans: [
        { ppm: 0, prices },
        { ppm: 0, prices },
      ],
    },
    steps: [
      order('7d', { coupon: 'percent' }),
      pay,
      change({ cycle: '1y' }),
      pay,
      change({ cycle: '1m' }),
      wait(1),
    ],
    told: ['  s0 change 2026-01-31 2027-01-31 -2000 tax 0', 'credit 1800'],
  },
  {
    name: 'a period with a coupon gives back less than the one without it that was charged ahead',
    of: {
      plans: [
        { ppm: 0, prices },
        { ppm: 0, prices: { ...prices, '7d': [50, 0, 0] } },
      ],
    },
    steps: [order('7d', { coupon: 'percent' }), pay, wait(1), pay, change({ plan: 1 }), wait(1)],
    told: ['  s0 change 2026-02-01 2026-02-07 -43 tax 0', '  s0 change 2026-02-07 2026-02-14 -100 tax 0'],
  },
  {
    name: 'where what is left over is kept, a plan that is dearer after tax is an invoice all the same',
    of: {
      unused: 'none',
      plans: [
        { ppm: 70_000, prices },
        { ppm: 190_000, prices: { ...prices, '1m': [390, 0, 0] } },
      ],
    },
    steps: [order('1m'), pay, change({ plan: 1 }), pay, wait(1)],
    told: ['invoice change 2026-01-31 due 2026-01-31 -10 + 46 = 36 paid money 36 credit 0'],
  },
  {
    name: 'where what is left over is kept, a plan that is cheaper after tax gives nothing back',
    of: {
      unused: 'none',
      plans: [
        { ppm: 190_000, prices },
        { ppm: 70_000, prices: { ...prices, '1m': [410, 0, 0] } },
      ],
    },
    steps: [order('1m'), pay, change({ plan: 1 }), wait(30)],
    told: ['credit 0', 'invoice renewal 2026-02-21 due 2026-02-28 410 + 29 = 439 issued money 0 credit 0'],
  },
  {
    name: 'another cycle in a fixed term is charged up to its end, and nothing follows it',
    of: {
      plans: [
        { ppm: 0, prices, periods: 3 },
        { ppm: 0, prices },
      ],
    },
    steps: [order('7d'), pay, wait(1), change({ cycle: '1m' }), payNth(1), wait(25)],
    // 20 of the 31 days from 21 January to 21 February.
    told: ['  s0 change 2026-02-01 2026-02-21 258 tax 0', 's0 ended through 2026-02-21'],
  },
  {
    name: 'on the day on which a fixed term is over no other cycle is begun, and the periods behind are charged',
    of: {
      ...{ leadDays: 0, suspendAfter: 60 },
      plans: [
        { ppm: 0, prices, periods: 4 },
        { ppm: 0, prices },
      ],
    },
    // It is not renewed before it is paid, which is the day on which the fourth week ends: three weeks, each due on its day.
    steps: [order('7d'), { do: 'sleep', days: 28 }, pay, change({ cycle: '1y' }), wait(2)],
    told: [
      'invoice renewal 2026-03-01 due 2026-02-07 100 + 0 = 100 issued money 0 credit 0',
      'invoice renewal 2026-03-01 due 2026-02-14 100 + 0 = 100 issued money 0 credit 0',
      'invoice renewal 2026-03-01 due 2026-02-21 100 + 0 = 100 issued money 0 credit 0',
      's0 ended through 2026-02-28',
    ],
  },
  {
    name: 'a coupon for two periods lowers the first of a new cycle, when the second was charged ahead and comes back',
    of: {
      percent: { ppm: 500_000, cycles: 2 },
      plans: [
        { ppm: 0, prices },
        { ppm: 0, prices },
      ],
    },
    steps: [
      order('7d', { coupon: 'percent' }),
      pay,
      wait(1),
      pay,
      change({ cycle: '1m' }),
      payNth(0),
      wait(28),
    ],
    told: [
      '  s0 change 2026-02-07 2026-02-14 -50 tax 0',
      '  s0 change 2026-02-01 2026-03-01 200 tax 0',
      'invoice renewal 2026-02-22 due 2026-03-01 400 + 0 = 400 issued money 0 credit 0',
    ],
  },
  {
    name: 'a fixed term whose cancellation is taken back has all of its periods',
    of: {
      plans: [
        { ppm: 0, prices, periods: 3 },
        { ppm: 0, prices },
      ],
    },
    steps: [order('7d'), pay, wait(1), cancel, keep, wait(1), pay, wait(6), pay, wait(20)],
    told: [
      'invoice renewal 2026-02-02 due 2026-02-07 100 + 0 = 100 paid money 100 credit 0',
      'invoice renewal 2026-02-07 due 2026-02-14 100 + 0 = 100 paid money 100 credit 0',
      's0 ended through 2026-02-21',
    ],
  },
  {
    name: 'a trial converts into the first period, and another one ends',
    of: {
      leadDays: 0,
      plans: [
        { ppm: 0, prices, trial: { days: 5, minor: 1, then: 'convert' } },
        { ppm: 0, prices, trial: { days: 5, minor: 0, then: 'end' } },
      ],
    },
    steps: [
      order('1m', { trial: true }),
      pay,
      order('1m', { trial: true, plan: 1 }),
      order('1m', { trial: true, plan: 1 }),
      wait(6),
    ],
    told: [
      'invoice renewal 2026-02-05 due 2026-02-05 400 + 0 = 400 issued money 0 credit 0',
      's0 active through 2026-03-05',
      's1 ended through 2026-02-05',
    ],
  },
  {
    name: 'memory by steps costs its sum in every period, and a change of it the difference of two sums',
    of: {
      plans: [
        { ppm: 0, prices, scheme: graduated },
        { ppm: 0, prices },
      ],
    },
    steps: [order('1m', { memory: 4 }), pay, change({ memory: 7 }), pay, wait(21)],
    // 2 at 100 and 2 at 50; then 3 at 50 and 2 at 10, with the fee of the third step.
    told: [
      '  s0 option 2026-01-31 2026-02-28 300 tax 0',
      'invoice change 2026-01-31 due 2026-01-31 145 + 0 = 145 paid money 145 credit 0',
      '  s0 option 2026-02-28 2026-03-31 445 tax 0',
    ],
  },
]

tellWorked(worked)

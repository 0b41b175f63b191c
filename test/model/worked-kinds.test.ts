import type { ItemStep, ModelShop, Step } from './history.ts'
import { cancel, order, pay, prices, tellWorked, wait, type Worked } from './worked.ts'

const join: Step = { do: 'group', joins: true }
const leave: Step = { do: 'group', joins: false }
const cancelNow: Step = { do: 'cancel', which: 0, at: 'now' }
const payPart: Step = { do: 'pay', which: 0, tenths: 4 }
const thirds: Step = { do: 'instalments', which: 0, parts: 3, every: '1w', inDays: 3 }
const work = (milli: number, unit: number, of: Partial<ItemStep>): ItemStep => ({
  ...{ do: 'item', timing: 'day', inDays: 9, cycle: null, times: null, apart: false },
  lines: [{ milli, unit, plan: 0 }],
  ...of,
})
/** 0.03 an hour and 0.01 for each memory, 5.00 once. */
const plans: ModelShop['plans'] = [
  { ppm: 190_000, prices },
  { ppm: 70_000, prices },
  { ppm: 190_000, prices: { '1h': [3, 1, 500] } },
]
const cloud = order('1h', { plan: 2 })

/** Price lists, proformas, hours, instalments, and what is outside the plans: worked out by hand. */
const worked: Worked[] = [
  {
    name: 'a list takes its share off, its own price goes before it, and what was sold keeps its price',
    // 15 % off 400; plan 1 has a price of its own for the month, 300.
    steps: [join, order('1m'), order('1m', { plan: 1 }), pay, pay, leave, wait(21), order('1m')],
    told: [
      'invoice order 2026-01-31 due 2026-01-31 340 + 65 = 405 paid money 405 credit 0',
      'invoice order 2026-01-31 due 2026-01-31 300 + 21 = 321 paid money 321 credit 0',
      'invoice renewal 2026-02-21 due 2026-02-28 640 + 86 = 726 issued money 0 credit 0',
      'invoice order 2026-02-21 due 2026-02-21 400 + 76 = 476 issued money 0 credit 0',
    ],
  },
  {
    name: 'a part that is paid on a proforma is credit, and all of its money makes it an invoice of that day',
    of: { proforma: true },
    steps: [order('1m'), payPart, wait(2), pay],
    told: [
      'invoice order 2026-02-02 due 2026-01-31 400 + 76 = 476 paid money 476 credit 0',
      'credit 190',
      's0 active through 2026-02-28',
    ],
  },
  {
    name: 'what credit pays at once was never a proforma, and what it does not pay whole stays one',
    of: { proforma: true },
    steps: [order('1m'), payPart, order('7d')],
    told: [
      'proforma order 2026-01-31 due 2026-01-31 400 + 76 = 476 issued money 0 credit 0',
      'invoice order 2026-01-31 due 2026-01-31 100 + 19 = 119 paid money 0 credit 119',
      'credit 71',
      's0 pending through 2026-02-28',
    ],
  },
  {
    name: 'a proforma for two gives way to one for the other, when a service leaves',
    of: { proforma: true },
    steps: [order('1m', { units: 2 }), pay, wait(21), cancel],
    told: [
      'proforma renewal 2026-02-21 due 2026-02-28 800 + 152 = 952 void money 0 credit 0',
      'proforma split 2026-02-21 due 2026-02-28 400 + 76 = 476 issued money 0 credit 0',
    ],
  },
  {
    name: 'hours count from the delivery to the midnight of Berlin, and to the end, the last one whole',
    of: { plans },
    // 13:00 to 24:00 at 3 and two memories at 1; then from the first to the second at 13:00, 37 hours.
    steps: [order('1h', { plan: 2, memory: 2 }), pay, wait(2), cancelNow, wait(1)],
    told: [
      'invoice order 2026-01-31 due 2026-01-31 500 + 95 = 595 paid money 595 credit 0',
      'invoice renewal 2026-02-01 due 2026-02-01 55 + 10 = 65 issued money 0 credit 0',
      'invoice renewal 2026-02-03 due 2026-02-03 185 + 35 = 220 issued money 0 credit 0',
      's0 ended by the hour',
    ],
  },
  {
    name: 'the night in which summer begins has an hour less',
    of: { plans },
    startsOn: '2026-03-28',
    // 28 March 13:00 to 1 April 0:00 are 83 hours by the clock on the wall, and 82 that ran.
    steps: [cloud, pay, wait(4)],
    told: ['invoice renewal 2026-04-01 due 2026-04-01 328 + 62 = 390 issued money 0 credit 0'],
  },
  {
    name: 'no more hours a month are charged than the cap says',
    of: { plans, hourCap: 50 },
    startsOn: '2026-03-28',
    steps: [cloud, pay, wait(4)],
    told: ['invoice renewal 2026-04-01 due 2026-04-01 200 + 38 = 238 issued money 0 credit 0'],
  },
  {
    name: 'a coupon for two periods lowers the hours of two months, whatever the order costs',
    of: { plans, percent: { ppm: 500_000, cycles: 2 } },
    // 11 hours, 672 hours and 743 hours at 4; 5.00 once.
    steps: [order('1h', { plan: 2, coupon: 'percent' }), pay, wait(60)],
    told: [
      'invoice order 2026-01-31 due 2026-01-31 250 + 48 = 298 paid money 298 credit 0',
      'invoice renewal 2026-02-01 due 2026-02-01 22 + 4 = 26 issued money 0 credit 0',
      'invoice renewal 2026-03-01 due 2026-03-01 1344 + 255 = 1599 issued money 0 credit 0',
      'invoice renewal 2026-04-01 due 2026-04-01 2972 + 565 = 3537 issued money 0 credit 0',
    ],
  },
  {
    name: 'where the order costs nothing, a sum is off the hours all the same, of one of two services',
    of: {
      plans: [...plans.slice(0, 2), { ppm: 0, prices: { '1h': [4, 0, 0] } }],
      fixed: { minor: 30, cycles: 1 },
    },
    steps: [order('1h', { plan: 2, coupon: 'fixed', units: 2 }), wait(1)],
    told: ['invoice renewal 2026-02-01 due 2026-02-01 58 + 0 = 58 issued money 0 credit 0'],
  },
  {
    name: 'an order starts with its first part, and owes the next one on its day',
    // 159, 159 and 158 by 3, 10 and 17 February; 190 pays the first and a bit of the second.
    steps: [order('1m'), thirds, payPart, wait(14)],
    told: [
      'invoice order 2026-01-31 due 2026-01-31 owed 2026-02-10 400 + 76 = 476 issued money 190 credit 0',
      's0 active through 2026-02-28',
    ],
  },
  {
    name: 'a part that is late suspends by its own day, and breaks the plan after the days of grace',
    steps: [order('1m'), thirds, payPart, wait(24)],
    told: [
      'invoice order 2026-01-31 due 2026-01-31 owed 2026-02-24 400 + 76 = 476 issued money 190 credit 0',
      's0 active through 2026-03-31 overdue',
    ],
  },
  {
    name: 'two and a half hours at 8.00 are charged twice, a month apart, as long before their days as periods',
    steps: [work(2_500, 800, { cycle: '1m', times: 2 }), wait(60)],
    told: [
      'invoice renewal 2026-02-02 due 2026-02-09 2000 + 380 = 2380 issued money 0 credit 0',
      '  item 0 manual 2026-02-09 2026-03-09 2000 tax 380',
      'invoice renewal 2026-03-02 due 2026-03-09 2000 + 380 = 2380 issued money 0 credit 0',
      '  item 0 manual 2026-03-09 2026-04-09 2000 tax 380',
    ],
  },
  {
    name: 'what waits for the next invoice goes on it, once',
    steps: [order('7d'), pay, work(1_001, 1_000, { timing: 'next' }), wait(1), wait(7)],
    told: [
      'invoice renewal 2026-02-01 due 2026-02-07 1101 + 209 = 1310 issued money 0 credit 0',
      'invoice renewal 2026-02-07 due 2026-02-14 100 + 19 = 119 issued money 0 credit 0',
    ],
  },
]

tellWorked(worked)

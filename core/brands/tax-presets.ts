import { invalidInput, type IsoDate } from '../kernel/index.ts'
import type { Seller } from './rows.ts'
import type { RuleInput } from './tax-rule-shape.ts'
import { euMembers, vatRatesFrom } from './vat-rates.ts'

export const presetNames = ['eu', 'uk', 'indonesia', 'india'] as const
export type PresetName = (typeof presetNames)[number]

/** Sentences that the rules put on documents; their words come from the locales. */
export const presetNoteKeys = ['reverse_charge', 'abroad', 'india_export'] as const
export type PresetNotes = Readonly<Record<(typeof presetNoteKeys)[number], Record<string, string>>>

export interface PresetWish {
  seller: Pick<Seller, 'country' | 'region'>
  startsOn: IsoDate
  /** Consumers of other member states pay the rate of their state; otherwise the seller's own, below the threshold. */
  oss: boolean
  notes: PresetNotes
}

type Rule = Omit<RuleInput, 'tax_class'> & { tax_class?: string }

export interface Preset {
  rules: Rule[]
  rounding: Seller['tax_rounding']
}

/** Pure: the rules that fit a seller of this place, from a day on. */
export function planPreset(name: PresetName, wish: PresetWish): Preset {
  const plans: Record<PresetName, (wish: PresetWish) => Rule[]> = {
    eu: european,
    uk: british,
    indonesia: indonesian,
    india: indian,
  }
  return { rules: plans[name](wish), rounding: name === 'indonesia' ? 'line' : 'document' }
}

/** Monaco is taxed with France. */
const WITH_THEM: Readonly<Record<string, readonly string[]>> = { FR: ['MC'], GB: ['IM'] }
/** Regions of Spain outside of the VAT area: the Canary Islands, Ceuta, Melilla. */
const OUTSIDE = ['CN', 'CE', 'ML']

function european({ seller, startsOn, oss, notes }: PresetWish): Rule[] {
  const home = seller.country
  if (!euMembers.includes(home)) throw invalidInput({ preset: 'fits sellers in a member state of the EU' })
  const rules: Rule[] = []
  for (const member of euMembers) {
    const rated = member === home || oss ? member : home
    for (const country of [member, ...(WITH_THEM[member] ?? [])]) {
      rules.push(...dated(country, rated, startsOn))
      if (member !== home) rules.push(reversed(country, startsOn, notes))
    }
  }
  for (const country of ['GB', 'IM']) rules.push(reversed(country, startsOn, notes))
  return [...rules, ...outside(startsOn, notes), abroad(startsOn, notes)]
}

/** Consumers in the EU owe the tax of their state from the first sale on: a seller outside of it has no threshold. */
function british({ seller, startsOn, notes }: PresetWish): Rule[] {
  if (seller.country !== 'GB') throw invalidInput({ preset: 'fits sellers in the United Kingdom' })
  const members = euMembers.flatMap((member) =>
    [member, ...(WITH_THEM[member] ?? [])].flatMap((country) => [
      ...dated(country, member, startsOn),
      reversed(country, startsOn, notes),
    ]),
  )
  const home = ['GB', ...WITH_THEM.GB!].flatMap((country) => dated(country, 'GB', startsOn))
  return [...home, ...members, ...outside(startsOn, notes), abroad(startsOn, notes)]
}

/** What consumers of a country owe: the tax of a state, at its rates. */
const dated = (country: string, state: string, from: IsoDate): Rule[] =>
  vatRatesFrom(state, from).map(({ ppm, startsOn, endsOn }) => ({
    ...{ country, name: `VAT ${state}`, rate_ppm: ppm, starts_on: startsOn, ends_on: endsOn },
    ...(state === country ? {} : { owed_to: state }),
  }))

const outside = (startsOn: IsoDate, notes: PresetNotes): Rule[] =>
  OUTSIDE.map((region) => ({ ...abroad(startsOn, notes), country: 'ES', region }))

const reversed = (country: string, startsOn: IsoDate, notes: PresetNotes): Rule => ({
  ...{ country, name: 'Reverse charge', rate_ppm: 0, starts_on: startsOn },
  ...{ buyer_kind: 'business', treatment: 'reverse_charge', notes: notes.reverse_charge },
})

const abroad = (startsOn: IsoDate, notes: PresetNotes): Rule => ({
  ...{ country: '*', name: 'Export', rate_ppm: 0, starts_on: startsOn },
  ...{ treatment: 'export', notes: notes.abroad },
})

/** PPN: 10 %, 11 %, then 12 % of 11/12 of the price; 12 % of all of it for luxury goods. */
const PPN: readonly { from: string; ppm: number; base?: true; down?: true }[] = [
  { from: '2000-01-01', ppm: 100_000, down: true },
  { from: '2022-04-01', ppm: 110_000, down: true },
  { from: '2025-01-01', ppm: 120_000, base: true, down: true },
  // From then on half a rupiah and more is rounded up.
  { from: '2025-05-22', ppm: 120_000, base: true },
]
const LUXURY_FROM = '2025-02-01'

function indonesian({ seller, startsOn }: PresetWish): Rule[] {
  if (seller.country !== 'ID') throw invalidInput({ preset: 'fits sellers in Indonesia' })
  const rules = PPN.flatMap(({ from, ppm, base, down }, i): Rule[] => {
    const ends_on = PPN[i + 1]?.from ?? null
    if (ends_on !== null && ends_on <= startsOn) return []
    return [
      {
        ...{ country: 'ID', name: 'PPN', rate_ppm: ppm, round_whole: true, round_down: down ?? false },
        ...(base ? { base_numerator: 11, base_denominator: 12 } : {}),
        ...{ starts_on: from > startsOn ? from : startsOn, ends_on },
      },
    ]
  })
  const luxury: Rule = {
    ...{ country: 'ID', name: 'PPN', rate_ppm: 120_000, round_whole: true, tax_class: 'luxury' },
    ...{ starts_on: startsOn > LUXURY_FROM ? startsOn : LUXURY_FROM, ends_on: null },
  }
  return [...rules, luxury]
}

/** Within the seller's state CGST and SGST, each computed alone; IGST to other states; nothing abroad. */
function indian({ seller, startsOn, notes }: PresetWish): Rule[] {
  if (seller.country !== 'IN') throw invalidInput({ preset: 'fits sellers in India' })
  if (seller.region === null) throw invalidInput({ region: 'of the seller is needed: the state decides' })
  const from = { starts_on: startsOn }
  const inState = { country: 'IN', region: seller.region, rate_ppm: 90_000, ...from }
  return [
    { ...inState, name: 'CGST', level: 1 },
    { ...inState, name: 'SGST', level: 2 },
    { ...from, country: 'IN', name: 'IGST', rate_ppm: 180_000 },
    {
      ...{ ...from, country: '*', name: 'Export', rate_ppm: 0 },
      ...{ treatment: 'zero_rated', notes: notes.india_export },
    },
  ]
}

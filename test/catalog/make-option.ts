import type { Condition, Option, OptionKind, Price } from '../../core/catalog/index.ts'
import { cycle, isoDate } from '../../core/kernel/index.ts'

export const DAY = isoDate('2026-03-01')
export const TERMS = { currency: 'EUR', cycle: cycle('1m'), day: DAY }

export const prices = (ownerId: string, minor: number | null): Price[] =>
  minor === null
    ? []
    : [
        {
          ...{ id: `prc_${ownerId}`, ownerId, cycle: TERMS.cycle, currency: 'EUR' },
          ...{ amountMinor: BigInt(minor), setupMinor: 0n, validFrom: DAY },
        },
      ]

export function option(
  key: string,
  kind: OptionKind,
  more: Partial<Option> & { minor?: number } = {},
): Option {
  const { minor = null, ...rest } = more
  return {
    ...{ id: `opt_${key}`, productId: 'prd_1', key, name: key, hint: null, kind, unit: null },
    ...{ required: false, minimum: null, maximum: null, step: null, preset: null, setting: null },
    ...{
      changeable: true,
      conditions: [],
      position: 0,
      retiredAt: null,
      version: 1,
      chosen: null,
      values: [],
    },
    prices: prices(key, minor),
    ...rest,
  }
}

export const value = (key: string, minor: number | null = null, conditions: Condition[] = []) => ({
  ...{ id: `opv_${key}`, key, label: key, moduleValue: null, position: 0, retiredAt: null, version: 1 },
  ...{ serverGroupId: null, free: null },
  ...{ conditions, prices: prices(`opv_${key}`, minor) },
})

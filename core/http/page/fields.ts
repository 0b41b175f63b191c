import { money, minorDigits, type Currency, type Money } from '../../../sdk/index.ts'
import { invalidInput, isoDate, type IsoDate } from '../../kernel/index.ts'
import type { Ctx } from '../context.ts'
import { field } from './form.ts'

/** An amount, not below zero, as people of the reader's language write it: "1.234,50" in German, "1,234.50" in English. */
export function moneyField(ctx: Ctx, name: string, currency: Currency): Money {
  const minor = readAmount(field(ctx, name), currency, ctx.state.locale)
  if (minor === null || minor < 0n) throw invalidInput({ [name]: 'is not an amount such as 24.00' })
  return money(minor, currency)
}

/** A day as the date field of a browser sends it. */
export function dayField(ctx: Ctx, name: string): IsoDate {
  try {
    return isoDate(field(ctx, name))
  } catch {
    throw invalidInput({ [name]: 'is not a day such as 2026-02-28' })
  }
}

/**
 * Minor units; null when the text is no amount. Before one or two last digits a point and a comma both mean the
 * decimals, whatever the language: no language groups so few. So does a point before three in a currency that has as
 * many, which is how our own fields write it.
 */
export function readAmount(text: string, currency: Currency, locale: string): bigint | null {
  const digits = minorDigits(currency)
  const { decimal, group } = separators(locale)
  const plain = text.replace('\u2212', '-').replaceAll(/[\s\u00a0\u202f'’]/g, '')
  const asLocal = plain.replaceAll(group, '').replace(decimal, '.')
  const isGrouped = new RegExp(`^-?\\d{1,3}(\\${group}\\d{3})+(\\${decimal}\\d+)?$`).test(plain)
  const most = group === '.' ? Math.max(2, digits) : 2
  const isForeign = new RegExp(`^-?\\d+\\${group}\\d{1,${most}}$`).test(plain)
  const number = isForeign ? plain.replace(group, '.') : isGrouped || !plain.includes(group) ? asLocal : plain
  const match = /^(-?)(\d{1,15})(?:\.(\d+))?$/.exec(number)
  if (!match || (match[3] ?? '').length > digits) return null
  const minor = BigInt(match[2]! + (match[3] ?? '').padEnd(digits, '0'))
  return match[1] === '-' ? -minor : minor
}

function separators(locale: string): { decimal: string; group: string } {
  const parts = new Intl.NumberFormat(locale, { useGrouping: 'always' }).formatToParts(12345.6)
  const find = (type: string, preset: string) => parts.find((part) => part.type === type)?.value ?? preset
  const decimal = find('decimal', '.')
  const group = find('group', ',')
  return { decimal, group: group === '.' || group === ',' ? group : decimal === ',' ? '.' : ',' }
}

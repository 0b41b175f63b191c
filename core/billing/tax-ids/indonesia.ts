import { isoDate } from '../../kernel/index.ts'
import { luhn } from './check-digits.ts'
import type { TaxIdForm } from './forms.ts'

/**
 * NPWP of 15 digits, its form of 16 with a 0 before it, or the NIK of a resident person. The normal form has 16 digits;
 * a branch becomes the number of its head office, and its place of business is told apart by the NITKU.
 */
export function indonesianForm(bare: string): TaxIdForm {
  if (!/^\d{15,16}$/.test(bare)) return { fits: false, reason: 'form' }
  if (bare.length === 16 && !bare.startsWith('0')) return residentForm(bare)
  const old = bare.length === 16 ? bare.slice(1) : bare
  if (!luhn(old.slice(0, 9))) return { fits: false, reason: 'check_digit' }
  return { fits: true, normal: `0${old.slice(0, 12)}000` }
}

/** Province and district, day of birth (women: 40 more), four digits; nothing checks them. */
function residentForm(nik: string): TaxIdForm {
  const province = Number(nik.slice(0, 2))
  if (province < 11 || province > 97) return { fits: false, reason: 'province' }
  const day = Number(nik.slice(6, 8))
  const born = [day > 40 ? day - 40 : day, Number(nik.slice(8, 10)), Number(nik.slice(10, 12))] as const
  return existsIn(born) ? { fits: true, normal: nik } : { fits: false, reason: 'date' }
}

/** The year has two digits: 29 February is right when it is right in either century. */
function existsIn([day, month, year]: readonly [number, number, number]): boolean {
  const two = (n: number) => String(n).padStart(2, '0')
  return [19, 20].some((century) => {
    try {
      isoDate(`${century}${two(year)}-${two(month)}-${two(day)}`)
      return true
    } catch {
      return false
    }
  })
}

/** Number of the place of business: the head office when the NPWP names no branch. */
export const nitku = (npwp16: string, branch = '000000'): string => `${npwp16}${branch}`

/** What identifies a buyer on a faktur pajak: a NIK is told apart by its first digit. */
export const isNik = (normal: string): boolean => !normal.startsWith('0')

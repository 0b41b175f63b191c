import { invalidInput } from '../../kernel/index.ts'

const PPM_PER_PERCENT = 10_000

/** "19", "7.7" or "-7,7" per cent as parts per million; anything else is refused by the name of its field. */
export function ppmOf(text: string, field: string): number {
  if (!/^-?\d{1,3}([.,]\d{1,4})?$/.test(text))
    throw invalidInput({ [field]: 'must be a number such as 12.5' })
  return Math.round(Number(text.replace(',', '.')) * PPM_PER_PERCENT)
}

/** The other way, for a field: 125000 is "12.5". */
export const percentText = (ppm: number): string => String(ppm / PPM_PER_PERCENT)

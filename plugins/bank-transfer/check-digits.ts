/** Everything but letters and digits is decoration that banks drop. */
export function stripped(text: string): string {
  return text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')
}

/** ISO 13616: two letters, two check digits, up to 30 letters or digits, and a remainder of 1. */
export function isIban(text: string): boolean {
  const iban = stripped(text)
  return /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban) && remainder(turned(iban)) === 1
}

/** ISO 11649: RF, two check digits, up to 21 letters or digits, and a remainder of 1. */
export function isCreditorReference(text: string): boolean {
  const reference = stripped(text)
  return /^RF\d{2}[A-Z0-9]{1,21}$/.test(reference) && remainder(turned(reference)) === 1
}

/** The creditor reference of a document number, or undefined when the number is empty or too long for one. */
export function creditorReference(document: string): string | undefined {
  const part = stripped(document)
  if (!/^[A-Z0-9]{1,21}$/.test(part)) return undefined
  const digits = 98 - remainder(`${part}RF00`)
  return `RF${String(digits).padStart(2, '0')}${part}`
}

/** In fours, as people read and type long numbers. */
export function grouped(text: string): string {
  return stripped(text).replaceAll(/(.{4})(?=.)/g, '$1 ')
}

const turned = (text: string) => text.slice(4) + text.slice(0, 4)

/** The number that the text spells, A=10 to Z=35, modulo 97. Digit by digit, because it is longer than any number. */
function remainder(text: string): number {
  let rest = 0
  for (const sign of text) {
    const value = parseInt(sign, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest
}

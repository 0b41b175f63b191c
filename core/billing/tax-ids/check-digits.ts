/** Rules of check digits by prefix of the id; the text is what stands behind the prefix and has the right form. */
const rules: Readonly<Record<string, (text: string) => boolean>> = {
  AT: (text) => {
    const sum = digits(text.slice(1, 8)).reduce((all, d, i) => all + (i % 2 === 0 ? d : crossed(2 * d)), 0)
    return (10 - ((sum + 4) % 10)) % 10 === Number(text[8])
  },
  BE: (text) => 97 - (Number(text.slice(0, 8)) % 97) === Number(text.slice(8)),
  CY: (text) => {
    const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21]
    const sum = digits(text.slice(0, 8)).reduce((all, d, i) => all + (i % 2 === 0 ? odd[d]! : d), 0)
    return String.fromCharCode(65 + (sum % 26)) === text[8]
  },
  // Longer ones belong to persons and follow the number of birth.
  CZ: (text) => {
    if (text.length !== 8) return true
    const check = 11 - (weighted(text, [8, 7, 6, 5, 4, 3, 2]) % 11)
    return (check === 10 ? 0 : check === 11 ? 1 : check) === Number(text[7])
  },
  DE: (text) => mod1110(text),
  HR: (text) => mod1110(text),
  DK: (text) => weighted(text, [2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  EE: (text) => weighted(text, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0,
  EL: (text) => (weighted(text, [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10 === Number(text[8]),
  ES: spanish,
  FI: (text) => weighted(text, [7, 9, 10, 5, 8, 4, 2, 1]) % 11 === 0,
  FR: (text) => {
    if (!luhn(text.slice(2))) return false
    // Keys with letters follow other rules.
    return !/^\d{2}/.test(text) || (12 + 3 * (Number(text.slice(2)) % 97)) % 97 === Number(text.slice(0, 2))
  },
  GB: british,
  XI: british,
  HU: (text) => weighted(text, [9, 7, 3, 1, 9, 7, 3, 1]) % 10 === 0,
  IE: (text) => {
    // Old ids have a letter, + or * in the second place.
    if (!/^\d{7}/.test(text)) return true
    const second = text.length === 9 ? 9 * (text.charCodeAt(8) - 64) : 0
    return 'WABCDEFGHIJKLMNOPQRSTUV'[(weighted(text, [8, 7, 6, 5, 4, 3, 2]) + second) % 23] === text[7]
  },
  IN: (text) => {
    const value = (character: string) => '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'.indexOf(character)
    const sum = [...text.slice(0, 14)].reduce((all, character, i) => {
      const product = value(character) * (i % 2 === 0 ? 1 : 2)
      return all + Math.floor(product / 36) + (product % 36)
    }, 0)
    return (36 - (sum % 36)) % 36 === value(text[14]!)
  },
  IT: (text) => {
    const office = Number(text.slice(7, 10))
    return luhn(text) && ((office >= 1 && office <= 100) || [120, 121, 888, 999].includes(office))
  },
  LT: (text) => {
    if (text.at(-2) !== '1') return false
    const body = text.slice(0, -1)
    const of = (from: number) =>
      digits(body).reduce((all, d, i) => all + d * (((i + from - 1) % 9) + 1), 0) % 11
    const first = of(1)
    return (first === 10 ? of(3) % 10 : first) === Number(text.at(-1))
  },
  LU: (text) => Number(text.slice(0, 6)) % 89 === Number(text.slice(6)),
  LV: (text) => Number(text[0]) <= 3 || weighted(text, [9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 === 3,
  MT: (text) => (weighted(text, [3, 4, 6, 7, 8, 9]) + 10 * Number(text[6]) + Number(text[7])) % 37 === 0,
  NL: (text) => weighted(text, [9, 8, 7, 6, 5, 4, 3, 2]) % 11 === Number(text[8]) || dutchNew(`NL${text}`),
  PL: (text) => weighted(text, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === Number(text[9]),
  PT: (text) => {
    const check = 11 - (weighted(text, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)
    return (check > 9 ? 0 : check) === Number(text[8])
  },
  RO: (text) => {
    const padded = text.padStart(10, '0')
    return ((10 * weighted(padded, [7, 5, 3, 2, 1, 7, 5, 3, 2])) % 11) % 10 === Number(padded[9])
  },
  SE: (text) => luhn(text.slice(0, 10)),
  SI: (text) => {
    const check = 11 - (weighted(text, [8, 7, 6, 5, 4, 3, 2]) % 11)
    return check !== 11 && (check === 10 ? 0 : check) === Number(text[7])
  },
  SK: (text) => Number(text) % 11 === 0,
}

/** Whether the check digits are right; true where there is no rule. */
export function checkDigitsOf(prefix: string, text: string): boolean {
  return rules[prefix]?.(text) ?? true
}

const digits = (text: string): number[] => [...text].map(Number)
const crossed = (n: number): number => (n > 9 ? n - 9 : n)
const weighted = (text: string, weights: readonly number[]): number =>
  weights.reduce((sum, weight, i) => sum + weight * Number(text[i]), 0)

/** From the right every second digit counts double. */
export function luhn(text: string): boolean {
  const sum = digits(text)
    .reverse()
    .reduce((all, d, i) => all + (i % 2 === 0 ? d : crossed(2 * d)), 0)
  return sum % 10 === 0
}

/** ISO 7064, mod 11,10. */
function mod1110(text: string): boolean {
  let product = 10
  for (const d of digits(text.slice(0, -1))) product = (2 * ((d + product) % 10 || 10)) % 11
  return (11 - product) % 10 === Number(text.at(-1))
}

function spanish(text: string): boolean {
  const letters = 'TRWAGMYFPDXBNJZSQVHLCKE'
  const last = text[8]!
  if (/^\d{8}[A-Z]$/.test(text)) return letters[Number(text.slice(0, 8)) % 23] === last
  if (/^[XYZ]/.test(text))
    return letters[Number(`${'XYZ'.indexOf(text[0]!)}${text.slice(1, 8)}`) % 23] === last
  const sum = digits(text.slice(1, 8)).reduce((all, d, i) => all + (i % 2 === 0 ? crossed(2 * d) : d), 0)
  const check = (10 - (sum % 10)) % 10
  return last === String(check) || last === 'JABCDEFGHI'[check]
}

/** The old series ends on 0 modulo 97, the new ones on 42 and 55. */
function british(text: string): boolean {
  if (!/^\d/.test(text)) return true
  const sum = weighted(text, [8, 7, 6, 5, 4, 3, 2]) + Number(text.slice(7, 9))
  return [0, 42, 55].includes(sum % 97)
}

function dutchNew(text: string): boolean {
  const numbers = [...text].map((character) =>
    /\d/.test(character) ? character : character.charCodeAt(0) - 55,
  )
  return BigInt(numbers.join('')) % 97n === 1n
}

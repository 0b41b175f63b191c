import { invalidInput } from '../kernel/index.ts'
import { commonWords } from './common-passwords.ts'

export const PASSWORD_MIN = 10
/** Long enough for every phrase; without an end a password of megabytes would keep the processor busy. */
export const PASSWORD_MAX = 200

/** Whose password it is: what the password may not be made of. */
export interface Person {
  email: string
  name: string
}

export function requireGoodPassword(password: string, person: Person): void {
  const problem = passwordProblem(password, person)
  if (problem) throw invalidInput({ password: problem })
}

/** Why a password is refused, to follow the name of the field; null when it may be used. */
export function passwordProblem(password: string, person: Person): string | null {
  if (password.length < PASSWORD_MIN) return `needs at least ${PASSWORD_MIN} characters`
  if (password.length > PASSWORD_MAX) return `may have at most ${PASSWORD_MAX} characters`
  if (new Set(password).size < 5) return 'repeats the same few characters'
  if (isRun(password)) return 'is a run of neighbouring characters'
  if (isCommon(password)) return 'is one of the passwords that are guessed first'
  if (isPersonal(password, person)) return 'is made of your name or e-mail address'
  return null
}

/** 0 (refused) to 4, for the meter beside the field: every third of the bits that 4 asks for is a step. */
export function passwordStrength(password: string, person: Person): 0 | 1 | 2 | 3 | 4 {
  if (passwordProblem(password, person)) return 0
  const bits = new Set(password).size * Math.log2(alphabet(password))
  return bits < 50 ? 1 : bits < 65 ? 2 : bits < 80 ? 3 : 4
}

/** "abcdefghij", "9876543210": every step is the same, up or down by one. */
function isRun(password: string): boolean {
  const codes = [...password.toLowerCase()].map((letter) => letter.codePointAt(0)!)
  const steps = new Set(codes.slice(1).map((code, i) => code - codes[i]!))
  steps.delete(-9)
  steps.delete(9)
  return steps.size === 1 && (steps.has(1) || steps.has(-1))
}

const LOOKALIKES: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

function isCommon(password: string): boolean {
  const plain = password.toLowerCase()
  const letters = plain.replaceAll(/[^\p{L}]/gu, '')
  const disguised = trimmed(plain).replaceAll(/./gu, (sign) => LOOKALIKES[sign] ?? sign)
  return [letters, disguised, disguised.replaceAll(/[^\p{L}]/gu, '')].some(
    (word) => word === '' || commonWords.has(word) || commonWords.has(halved(word)),
  )
}

/** Without the digits and signs that people append: "p4ssw0rd2026!" is "p4ssw0rd". */
function trimmed(password: string): string {
  return password.replace(/^[^\p{L}]+/u, '').replace(/[^\p{L}]+$/u, '')
}

function halved(word: string): string {
  const half = word.slice(0, word.length / 2)
  return half + half === word ? half : word
}

function isPersonal(password: string, { email, name }: Person): boolean {
  const letters = password.toLowerCase().replaceAll(/[^\p{L}]/gu, '')
  const [local = '', domain = ''] = email.toLowerCase().split('@')
  const own = [email, local, domain, domain.split('.')[0]!, name, ...name.split(/\s+/)]
  return own.map((part) => part.toLowerCase().replaceAll(/[^\p{L}]/gu, '')).some((part) => letters === part)
}

function alphabet(password: string): number {
  const kinds: [RegExp, number][] = [
    [/\p{Ll}/u, 26],
    [/\p{Lu}/u, 26],
    [/\d/, 10],
    [/[^\p{L}\d]/u, 33],
  ]
  return kinds.reduce((sum, [kind, size]) => (kind.test(password) ? sum + size : sum), 0)
}

import { randomBytes } from '../../kernel/index.ts'

const LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const LENGTH = 20

/** Letters and digits that are not taken for others: 20 of 56, some 116 bits. */
export function newPassword(): string {
  let text = ''
  while (text.length < LENGTH)
    for (const byte of randomBytes(LENGTH)) {
      // The rest of a byte is thrown away, so that each letter is as likely as any other.
      if (byte < LETTERS.length * 4 && text.length < LENGTH) text += LETTERS[byte % LETTERS.length]
    }
  return text
}

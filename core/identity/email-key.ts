import { Type } from '../../sdk/index.ts'

export const Email = Type.String({ format: 'email', maxLength: 254 })

/** What makes two spellings of an address one account: unique within a realm. */
export function emailKey(email: string): string {
  return email.trim().normalize('NFKC').toLowerCase()
}

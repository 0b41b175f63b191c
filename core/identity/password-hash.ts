import { hash, verify } from '@node-rs/argon2'

/** argon2id, which is the library's default: 19 MiB and 2 passes cost a guess some 20 ms on a small machine. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

let nobody: Promise<string> | undefined

export function hashPassword(password: string): Promise<string> {
  return hash(password, COST)
}

/** Takes as long for a user who does not exist (null), so that answers do not tell who has an account. */
export async function isPassword(stored: string | null, password: string): Promise<boolean> {
  nobody ??= hashPassword('the password of nobody')
  const fits = await verify(stored ?? (await nobody), password)
  return fits && stored !== null
}

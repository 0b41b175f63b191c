import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts } from '../free-ports.ts'

export interface SignInFacts {
  email: string
  password: string
}

/** What the sample shop must know again at its next start. A file that only its owner reads. */
export interface SampleFacts {
  /** Loopback ports; they stay, so that links in mails and pages stay good. */
  ports: { web: number; stripe: number; panel: number; smtp: number; mail: number }
  /** Keys of the simulated companies. */
  keys: { stripe: string; webhook: string; application: string; client: string }
  staff: SignInFacts
  client: SignInFacts
  /** False while the shop is being made; still false when that was interrupted. */
  finished: boolean
}

const fileOf = (dataDir: string): string => join(dataDir, 'sample.json')

/** The facts of before, or new ones with a random password and free ports. `port` 0 leaves the web's to chance, too. */
export async function readFacts(dataDir: string, port: number): Promise<SampleFacts> {
  const file = fileOf(dataDir)
  const facts = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as SampleFacts) : await newFacts()
  if (port !== 0) facts.ports.web = port
  return facts
}

export function writeFacts(dataDir: string, facts: SampleFacts): void {
  writeFileSync(fileOf(dataDir), `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600 })
}

async function newFacts(): Promise<SampleFacts> {
  const [web, stripe, panel, smtp, mail] = await freePorts(5)
  return {
    ports: { web: web!, stripe: stripe!, panel: panel!, smtp: smtp!, mail: mail! },
    keys: {
      stripe: `sk_test_${word(24)}`,
      webhook: `whsec_${word(24)}`,
      application: `ptla_${word(43)}`,
      client: `ptlc_${word(43)}`,
    },
    staff: { email: 'owner@sample.example', password: word(14) },
    client: { email: 'mara.lindner@post.example', password: word(14) },
    finished: false,
  }
}

/** Letters and digits, at most 66. */
const word = (length: number): string =>
  randomBytes(66)
    .toString('base64')
    .replace(/[^a-zA-Z0-9]/g, '')
    .slice(0, length)

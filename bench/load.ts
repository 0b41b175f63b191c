import { fork } from 'node:child_process'
import autocannon from 'autocannon'

export interface Load {
  /** Requests a CPU second of the process that serves, which is the one that calls. */
  perCpuSecond: number
  p50: number
  p99: number
}

interface Sent {
  answered: number
  p50: number
  p99: number
  refused: number
}

const CONNECTIONS = 50
const SECONDS = 2

/** Asks for an address from another process, fifty connections at once, and weighs the answers by our own CPU time. */
export async function load(address: string, headers: Record<string, string> = {}): Promise<Load> {
  const before = process.cpuUsage()
  const sent = await new Promise<Sent>((done, failed) => {
    const sender = fork(import.meta.filename, ['send', address, JSON.stringify(headers)])
    sender.on('message', (message) => done(message as Sent))
    sender.on('error', failed)
  })
  const { user, system } = process.cpuUsage(before)
  if (sent.refused > 0) throw new Error(`${address}: ${sent.refused} answers were not 2xx`)
  return { perCpuSecond: sent.answered / ((user + system) / 1e6), p50: sent.p50, p99: sent.p99 }
}

if (process.argv[2] === 'send') {
  const result = await autocannon({
    url: process.argv[3]!,
    connections: CONNECTIONS,
    duration: SECONDS,
    headers: JSON.parse(process.argv[4]!) as Record<string, string>,
  })
  process.send!({
    answered: result['2xx'],
    p50: result.latency.p50,
    p99: result.latency.p99,
    refused: result.non2xx,
  } satisfies Sent)
  process.exit(0)
}

import { setTimeout as sleep } from 'node:timers/promises'

/** A process of people who open pages and save a form, with a short look at each, until it is told to stop. */
export interface Visit {
  path: string
  cookies: string
  /** Fields to save under the path; "#" becomes a number, so that each save changes something. */
  fields?: Record<string, string>
}

const PEOPLE = 4
/** They come one after the other and do not fill the server: what is measured is waiting, not the want of processors. */
const LOOK_MS = 80

interface Browsing {
  address: string
  visits: readonly Visit[]
}

process.once('message', (browsing: Browsing) => void browse(browsing))

async function browse({ address, visits }: Browsing): Promise<void> {
  let open = true
  process.once('message', () => (open = false))
  const form = visits.find((visit) => visit.fields)!
  const token = await tokenOf(address, form)
  const milliseconds: number[] = []
  let count = 0
  const person = async (_: unknown, n: number) => {
    await sleep((n * LOOK_MS) / PEOPLE)
    while (open) {
      const visit = visits[count++ % visits.length]!
      milliseconds.push(await timed(address, visit, { token, count }))
      await sleep(LOOK_MS)
    }
  }
  await Promise.all(Array.from({ length: PEOPLE }).map(person))
  process.send!(milliseconds)
}

async function tokenOf(address: string, { path, cookies }: Visit): Promise<string> {
  const text = await (await fetch(address + path, { headers: { Cookie: cookies } })).text()
  return /name="_csrf" value="([^"]+)"/.exec(text)![1]!
}

async function timed(
  address: string,
  { path, cookies, fields }: Visit,
  { token, count }: { token: string; count: number },
): Promise<number> {
  const started = performance.now()
  const headers = { Cookie: cookies, Origin: address, 'Sec-Fetch-Site': 'same-origin' }
  const response = await fetch(address + path, {
    headers,
    redirect: 'manual',
    ...(fields ? { method: 'POST', body: bodyOf(fields, token, count) } : {}),
  })
  await response.arrayBuffer()
  const expected = fields ? 303 : 200
  if (response.status !== expected) throw new Error(`${path} answered ${response.status}`)
  return performance.now() - started
}

function bodyOf(fields: Record<string, string>, token: string, count: number): URLSearchParams {
  const filled = Object.entries(fields).map(([name, value]) => [name, value.replace('#', String(count))])
  return new URLSearchParams([['_csrf', token], ...filled] as [string, string][])
}

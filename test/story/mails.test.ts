import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buyServer, CLIENT, signUp } from './buy.ts'
import { goOn, goToFirstDay } from './clock.ts'
import { until } from './processes.ts'
import { importIntoNothing, setUp } from './set-up.ts'
import { makeWorld, type World } from './world.ts'
import { cancel, panelHas, payOverdue, refuse } from './year.ts'

interface Mail {
  to: string[]
  subject: string
  attachments: { name: string }[]
}

/** Subjects of the client's mails as they came, without numbers and days; a PDF in the mail is named. */
async function mailsOf({ mail }: World): Promise<string[]> {
  const newestFirst = (await (await fetch(`${mail}/messages.json`)).json()) as Mail[]
  return newestFirst
    .filter(({ to }) => to.includes(CLIENT.email))
    .toReversed()
    .map(({ subject, attachments }) => {
      const plain = subject
        .replace(/[A-Z]+-\d{4}-\d+|(?<=^Your order )[0-9A-Z]{8}$/g, 'NUMBER')
        .replace(/ on \d.*/, ' on DAY')
      return attachments.some(({ name }) => name.endsWith('.pdf')) ? `${plain} (PDF)` : plain
    })
}

/** Waits for what an act brings and compares all that came since the act before; the order within an act is free. */
function listener(world: World) {
  let heard = 0
  return async (act: string, wanted: readonly string[]): Promise<void> => {
    const come = async () => (await mailsOf(world)).length >= heard + wanted.length
    await until(come, `the mails after the client ${act}`)
    const mails = await mailsOf(world)
    assert.deepEqual(mails.slice(heard).sort(), [...wanted].sort(), act)
    heard = mails.length
  }
}

test('each act in the life of a sale tells its client by a mail', { timeout: 600_000 }, async () => {
  const world = await makeWorld('sqlite')
  const hears = listener(world)
  let today = monthsOn(1, 15)
  const go = async (months: number, day: number) => {
    const to = monthsOn(months, day)
    await goOn(world, today, to)
    today = to
  }
  try {
    await importIntoNothing(world)
    await goToFirstDay(world, today)
    await world.processes.serve()
    await setUp(world)

    await signUp(world)
    await hears('signs up', ['Please confirm your e-mail address'])

    await buyServer(world, 'new-york')
    await panelHas(world, { suspended: false, memory: 4096 })
    await standsIn(world, 'nyc-1')
    await hears('orders and pays', [
      'Your order NUMBER',
      'Invoice NUMBER for €8.47 (PDF)',
      'We have received your payment of €8.47',
      'Minecraft is ready',
    ])

    await go(2, 10)
    await hears('is invoiced', ['Invoice NUMBER for €8.47 (PDF)'])

    await refuse(world.stripe, 9)
    await go(2, 16)
    await hears('does not pay', [
      'Invoice NUMBER is due on DAY',
      'Your payment of €8.47 did not go through',
      'Invoice NUMBER is overdue',
    ])

    await go(2, 18)
    await panelHas(world, { suspended: true })
    await hears('is suspended', [
      'Your payment of €8.47 did not go through',
      'Second reminder: invoice NUMBER is overdue',
      'Minecraft is suspended',
    ])

    await payOverdue(world)
    await hears('pays', ['We have received your payment of €8.47', 'Minecraft is running again'])

    await cancel(world)
    await hears('cancels', ['Your cancellation of Minecraft'])

    await go(3, 15)
    await panelHas(world, null)
    await hears('is gone', ['Minecraft has been ended'])
  } finally {
    await world.end()
  }
})

const NOW = new Date()

/** A day of a coming month: the sale is on the 15th of the next one. */
function monthsOn(months: number, day: number): string {
  return new Date(Date.UTC(NOW.getUTCFullYear(), NOW.getUTCMonth() + months, day)).toISOString().slice(0, 10)
}

/** The client chose the place; the panel put the server on a node of it. */
async function standsIn({ panel }: World, name: string): Promise<void> {
  const { servers, nodes } = (await (await fetch(`${panel}/_control/state`)).json()) as {
    servers: { node: number }[]
    nodes: { id: number; name: string }[]
  }
  const node = nodes.find(({ id }) => id === servers[0]?.node)
  assert.equal(node?.name, name)
}

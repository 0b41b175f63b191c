import { type BadPlugin, code, EVEN, script } from './bad-plugin.ts'

/** What a second call says and makes, and what is said while the company fails. */
export const BAD_REPEATS: readonly BadPlugin[] = [
  {
    says: 'a rate that changes from call to call',
    example: 'example-tax',
    change: code(["Number(settings['rate_ppm'])", 'crypto.getRandomValues(new Uint16Array(1))[0]!']),
    breaks: { same_answer: 'tax.determine, again' },
  },
  {
    says: 'a rate that is an error the second time',
    ...{
      example: 'example-tax',
      change: code(['const abroad', `if (${EVEN}) throw new Error('no')\n      const abroad`]),
    },
    breaks: { same_answer: 'tax.determine, again' },
  },
  {
    says: 'a mail that loses its key',
    ...{
      example: 'example-mail',
      change: code(["'idempotency-key': idempotency_key", "'idempotency-key': crypto.randomUUID()"]),
    },
    breaks: {
      same_thing: 'mail_transport.send, again',
      made_once: 'mail_transport.send, after a lost answer',
    },
  },
  {
    says: 'a mail company that does not count what it was given to send',
    ...{ example: 'example-mail', change: script(['made: () =>', 'sent: () =>']) },
    breaks: { made_counted: 'mail_transport.send' },
  },
  {
    says: 'a mail that fails when it is sent again',
    ...{
      example: 'example-mail',
      change: code(['const { id }', `if (${EVEN}) throw new Error('It was sent.')\n      const { id }`]),
    },
    breaks: { same_thing: 'mail_transport.send, again' },
  },
  {
    says: 'a box that is refused when it is made again',
    example: 'example-provisioner',
    change: code([
      'const { external_id: name',
      `if (${EVEN}) return MISSING\n        const { external_id: name`,
    ]),
    breaks: { same_thing: 'provisioner.create, again', life_again: 'life of a service, create, again' },
  },
  {
    says: 'a box that is made without a look whether the answer was lost',
    ...{ example: 'example-provisioner', change: code(['(await find(input)) ??', '']) },
    breaks: { made_once: 'provisioner.create, after a lost answer' },
  },
  {
    says: 'a box that is made after another question, without a look whether the answer was lost',
    example: 'example-provisioner',
    change: code(['(await find(input)) ??', "(await panel.get<Box>('/boxes/none')) ??"]),
    breaks: { made_once: 'provisioner.create, after a lost answer (2 of 2)' },
  },
  {
    says: 'a box that cannot be made again at its company, without a look either',
    example: 'example-provisioner',
    change: {
      ...code(['(await find(input)) ??', '']),
      ...script([
        "if (method === 'POST' && sent.name) {",
        "if (method === 'POST' && sent.name) {\n if (boxes.has(sent.name)) return { status: 409 }\n",
      ]),
    },
    breaks: {
      found_again: 'provisioner.create, after a lost answer',
      life_answers: 'life of a service, create, again',
    },
  },
  {
    says: 'a restart that is told without its key',
    example: 'example-server',
    change: code(['{ act, ...values }, input.idempotency_key', '{ act, ...values }, crypto.randomUUID()']),
    breaks: { made_once: 'provisioner.power, again' },
  },
  {
    says: 'a reinstallation that is under way for ever',
    example: 'example-server',
    change: { 'plugin.json': [['"follow",', '']] },
    breaks: { pending_followed: 'provisioner.reinstall can be followed' },
  },
  {
    says: 'a box that is described as live whatever was done to it',
    ...{
      example: 'example-provisioner',
      change: code(['state: box.state, remote_id', "state: 'live', remote_id"]),
    },
    breaks: { life_described: 'life of a service, suspend' },
  },
  {
    says: 'a list of accounts without end',
    example: 'example-provisioner',
    change: code(['...(page.next === undefined ? {} : { cursor: page.next })', "cursor: 'next'"]),
    breaks: { accounts_end: 'accounts, after create: the list ends' },
  },
  {
    says: 'boxes that are listed twice, under ids of their own, and as none while the panel is down',
    example: 'example-provisioner',
    change: code(
      ['page.boxes.map(accountOf)', '[...page.boxes, ...page.boxes].map(accountOf)'],
      ['external_id: name, name', 'external_id: id, name'],
      ['after=${cursor}`)', 'after=${cursor}`).catch(() => ({ boxes: [], next: undefined }))'],
    ),
    breaks: {
      accounts_once: 'accounts, after create: each once',
      accounts_told: 'accounts, after create: it is listed',
      no_claim: 'provisioner.list_accounts, company errors',
    },
  },
  {
    says: 'a mail that counts as accepted although the company is down',
    example: 'example-mail',
    change: code([
      'if (!response.ok) throw new Error(`The mail company answered ${response.status}.`)',
      "if (!response.ok) return { outcome: 'accepted', reference: 'x' }",
    ]),
    breaks: { no_claim: 'mail_transport.send, company errors' },
  },
  {
    says: 'a mail that counts as accepted whatever comes back',
    example: 'example-mail',
    change: code([
      'const { id } = (await response.json()) as { id: string }',
      "const { id } = await response.json().catch(() => ({ id: 'x' }))",
    ]),
    breaks: { no_claim: 'mail_transport.send, company broken' },
  },
  {
    says: 'a mail that counts as accepted though its answer was too large to read',
    example: 'example-mail',
    change: code(
      ["await fetch('https://mail", "await sent('https://mail"],
      [
        'export default',
        "const sent: typeof fetch = (to, how) => fetch(to, how).catch(() => Response.json({ id: 'x' }))\n\nexport default",
      ],
    ),
    breaks: { no_claim: 'mail_transport.send, company huge' },
  },
]

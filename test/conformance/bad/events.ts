import { type BadPlugin, code, script } from './bad-plugin.ts'

/** Events, each told twice, late, and with nothing in them. */
export const BAD_EVENTS: readonly BadPlugin[] = [
  {
    says: 'a bounce that is read out of every message',
    ...{
      example: 'example-mail',
      change: code(['facts: bounce', "facts: bounce ?? 'x'"], ['email: bounce', "email: bounce ?? 'x'"]),
    },
    breaks: { moves_nothing: 'mail_transport.handle_event, null' },
  },
  {
    says: 'one event, which cannot be told in another order',
    ...{
      example: 'example-mail',
      change: script(["events: [bounce, bounceOf('bob@client.example')]", 'events: [bounce]']),
    },
    breaks: { events_named: 'mail_transport.handle_event' },
  },
  {
    says: 'an event that is refused',
    ...{
      example: 'example-mail',
      change: code([
        'const bounce =',
        "if (body.includes('bob@')) throw new Error('no')\n      const bounce =",
      ]),
    },
    breaks: { events_answered: 'mail_transport.handle_event' },
  },
  {
    says: 'facts of the first event alone',
    example: 'example-mail',
    change: code(['facts: bounce', 'facts: (globalThis.seen = (globalThis.seen ?? 0) + 1) < 2 && bounce']),
    breaks: { facts_reordered: 'reordered', facts_twice: 'twice' },
  },
]

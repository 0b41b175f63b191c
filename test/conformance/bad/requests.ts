import { type BadPlugin, code } from './bad-plugin.ts'

/** What a plugin asks core to write. */
export const BAD_REQUESTS: readonly BadPlugin[] = [
  {
    says: 'a write that plugin.json does not declare',
    ...{
      example: 'example-requests',
      change: code(
        ["request('client.write:note', client_id", "request('order.write:note', subject"],
        ['body: { body: `', 'body: { note: `'],
      ),
    },
    breaks: { nothing_ungranted: 'observe.order.placed asks for nothing that is not granted' },
  },
  {
    says: 'a request under a new reference each time',
    ...{
      example: 'example-requests',
      change: code(['`hold/${subject}`', '`hold/${crypto.randomUUID()}`']),
    },
    breaks: { requests_once: 'observe.order.placed, again' },
  },
  {
    says: 'something else under the reference of before',
    ...{
      example: 'example-requests',
      change: code(["reason: 'A large order'", 'reason: crypto.randomUUID()']),
    },
    breaks: { requests_once: 'observe.order.placed, again' },
  },
  {
    says: 'a request that is taken for done',
    ...{
      example: 'example-requests',
      change: code([
        'log.info(`The set-up',
        "if (outcome !== 'done') throw new Error('Not charged')\n        log.info(`The set-up",
      ]),
    },
    breaks: { people_decide: 'observe.order.accepted, requests waiting' },
  },
]

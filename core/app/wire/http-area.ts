import { createLive, liveConsumer } from '../../http/live/live-bus.ts'
import { sweepIdempotencyKeys } from '../../records/index.ts'
import type { Area } from '../areas.ts'

/** The web server. It listens in the main thread; the consumer tells it of events from wherever jobs run. */
export const httpArea: Area = {
  name: 'http',
  consumers: () => [liveConsumer({ live: createLive() })],
  schedules: ({ means }) => [
    {
      name: 'http.sweep',
      cron: '40 * * * *',
      run: async () => ({ forgotten: await sweepIdempotencyKeys(means) }),
    },
  ],
  serve: async (wiring) => (await import('./open-web.ts')).openWeb(wiring),
}

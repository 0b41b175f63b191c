/** Tells the runners of this process, in whichever thread, that there is work. Losing a word costs one poll. */
export interface Wake {
  tell(): void
  /** Answers how to stop hearing. */
  hear(act: () => void): () => void
}

const CHANNEL = 'berth.jobs'
let wake: Wake | undefined

/** One a thread: a channel does not hear itself, so runners of the same thread are told directly. */
export function openWake(): Wake {
  return (wake ??= makeWake())
}

function makeWake(): Wake {
  const acts = new Set<() => void>()
  const channel = new BroadcastChannel(CHANNEL)
  channel.onmessage = () => acts.forEach((act) => act())
  channel.unref()
  return {
    tell() {
      acts.forEach((act) => act())
      channel.postMessage(null)
    },
    hear(act) {
      acts.add(act)
      return () => void acts.delete(act)
    },
  }
}

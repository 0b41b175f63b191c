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
  let posting = false
  // Many tell at once, when what they did is committed together: other threads hear it once.
  const post = () => {
    posting = false
    channel.postMessage(null)
  }
  return {
    tell() {
      acts.forEach((act) => act())
      if (posting) return
      posting = true
      queueMicrotask(post)
    },
    hear(act) {
      acts.add(act)
      return () => void acts.delete(act)
    },
  }
}

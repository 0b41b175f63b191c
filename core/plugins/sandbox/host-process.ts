/**
 * The plugin host: runs isolates and passes frames over descriptor 3. It owns nothing: no network use, no files,
 * no environment. When the pipe closes core is gone, and the process ends itself the hard way.
 */
import { Socket } from 'node:net'
import { frameOf, readFrames } from './frames.ts'
import { createIsolates } from './isolates.ts'
import type { CoreHead, HostHead } from './protocol.ts'

const PIPE_DESCRIPTOR = 3
/** Core's answers hold a whole response of an outside service, 16 MiB at most, which JSON or base64 makes longer. */
const CORE_FRAME_BYTES_MAX = 48 * 1024 * 1024

const pipe = new Socket({ fd: PIPE_DESCRIPTOR, readable: true, writable: true })
const endNow = () => void process.kill(process.pid, 'SIGKILL')
const send = (head: HostHead, body?: string) => void pipe.write(frameOf(head, body))
const isolates = createIsolates(send)

pipe.on('close', endNow)
pipe.on('error', endNow)
readFrames(pipe, {
  maxBytes: CORE_FRAME_BYTES_MAX,
  onFrame: ({ head, body }) => act(head as CoreHead, body),
  onBroken: endNow,
})
send({ t: 'ready' })

function act(head: CoreHead, body: string): void {
  switch (head.t) {
    case 'hello':
      return isolates.hello(body)
    case 'bundle':
      return isolates.bundle(head.bundle, body)
    case 'start':
      return void isolates.start(head, body).catch(endNow)
    case 'part':
      return isolates.part(head, body)
    case 'call':
      return isolates.call(head, body)
    case 'settle':
      return isolates.settle(head, body)
    case 'dispose':
      return isolates.dispose(head.isolate)
    case 'ping':
      return send({ t: 'pong' })
  }
}

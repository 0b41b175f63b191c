import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { after, test } from 'node:test'
import { createCpuMeter } from '../../core/plugins/sandbox/cpu-meter.ts'
import { loadWritten, openBench, report, reporting } from './support/setup.ts'
import { pemOf } from './support/tls-panel.ts'

/** A machine in milliseconds: its clock, and what the thread took of the processor, told in steps of four. */
function machine() {
  let [clock, thread] = [0, 0]
  const meter = createCpuMeter({ ms: () => clock, threadMs: () => Math.floor(thread / 4) * 4 })
  /** A question that takes `cpu` and waits for the processor besides. */
  const ask = (cpu: number, waits = 0) =>
    meter.beside(() => {
      clock += cpu + waits
      thread += cpu
    })
  /** The thread does something for others. */
  const others = (ms: number) => {
    clock += ms
    thread += ms
  }
  return { meter, ask, others }
}

test('waiting for the processor is no CPU of a call', () => {
  const { meter, ask } = machine()
  meter.begin(10)
  for (let n = 0; n < 10; n++) ask(40, 400)
  assert.equal(meter.spentMs(15), 5 + 400)
})

test('questions shorter than the steps of the system count all the same, wherever between two of them they lie', () => {
  const { meter, ask } = machine()
  meter.begin(0)
  for (let n = 0; n < 10_000; n++) ask(0.1)
  assert.ok(Math.abs(meter.spentMs(0) - 1_000) <= 4, String(meter.spentMs(0)))
})

test('what the thread does for others is theirs, and a call that begins owes nothing for the one before', () => {
  const { meter, ask, others } = machine()
  meter.begin(0)
  others(900)
  ask(8)
  others(900)
  assert.equal(meter.spentMs(0), 8)
  meter.begin(50)
  assert.equal(meter.spentMs(50), 0)
  ask(20)
  assert.equal(meter.spentMs(51), 21)
})

test('a question that throws counts too', () => {
  const { meter } = machine()
  meter.begin(0)
  const fails = () => {
    throw new RangeError('no')
  }
  assert.throws(() => meter.beside(fails), RangeError)
})

test(
  'a call whose host process gets no processor for a while is not ended for CPU',
  { timeout: 60_000 },
  async () => {
    const bench = openBench()
    after(() => bench.plugins.stop())
    // Certificates are read beside the isolate, in short runs, during which the host is held still besides.
    const plugin = await loadWritten('reading', {
      code: reporting(`
      for (let run = 0; run < 60; run++) {
        context.certificates.readAll(${JSON.stringify(pemOf('rich').repeat(20))})
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      return 'read'`),
      manifest: { limits: { cpu_ms: 8_000, slice_ms: 2_000 } },
    })
    const instance = bench.instance(plugin)
    assert.equal(await report(bench, instance, 30_000), 'read')
    const took = async () => (await bench.plugins.health()).figures[0]!.last[0]!.cpuMs!
    const quiet = await took()
    const reading = report(bench, instance, 30_000)
    const pid = (await bench.plugins.health()).hosts[0]!.pid!
    for (let n = 0; n < 20; n++) {
      process.kill(pid, 'SIGSTOP')
      await wait(100)
      process.kill(pid, 'SIGCONT')
      await wait(15)
    }
    assert.equal(await reading, 'read')
    const held = await took()
    assert.ok(held < quiet + 400, `${held} ms of CPU where it was held, ${quiet} ms where it was not`)
  },
)

// Measures how far the f32 functions of the CPU runtime lie from float64, and fails where a bound is exceeded.
//   npm run ulp                                 every function, on 2^22 numbers
//   npm run ulp -- --bits 26 --function exp     one function (repeatable), on 2^26 numbers
//   npm run ulp -- --all                        on all 2^32 numbers: minutes for a cheap function, hours for all of them
import { parseArgs } from 'node:util'
import { planFor } from '@heddle/compiler'
import { cpu } from '@heddle/runtime-cpu'
import { accuracySubjects, measureAccuracy } from '@heddle/testkit'

const CHUNK_BITS = 20

const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    bits: { type: 'string', default: '22' },
    function: { type: 'string', multiple: true },
  },
})

const bits = values.all ? 32 : Number(values.bits)
const sample = { count: 2 ** bits, chunk: 2 ** Math.min(bits, CHUNK_BITS) }
const backend = cpu()
let exceeded = 0
for (const subject of accuracySubjects) {
  if (values.function !== undefined && !values.function.includes(subject.name)) continue
  const { ulp, at } = await measureAccuracy(backend, planFor, subject, sample)
  const isExceeded = ulp > subject.ulp
  if (isExceeded) exceeded++
  console.log(
    `${subject.name.padEnd(14)} ${ulp.toFixed(3).padStart(8)} ulp at ${at.join(', ')}; bound ${subject.ulp}${isExceeded ? ' EXCEEDED' : ''}`,
  )
}
backend.dispose()
process.exitCode = exceeded === 0 ? 0 : 1

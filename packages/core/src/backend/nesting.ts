// Runs steps that hold plans: the order in which bodies run, and which memory each run of them sees. The same for every
// runtime; `P` is how it names a piece of memory.

import { buffersOf, type NestingStep } from '../plan/nesting.ts'
import type { LoopStep, Plan, PlanBuffer, WhileStep } from '../plan/plan.ts'

/** A plan inside a step, ready to run. */
export interface NestedPlan<P> {
  run(inputs: readonly P[], outputs: readonly P[]): void
}

export interface NestingHost<P> {
  readonly nested: (plan: Plan) => NestedPlan<P>
  /** One i32 holding a position; it may be the same piece each time. */
  readonly position: (at: number) => P
  /** Row `at` of an array whose rows are as large as `row`, to read: the memory itself, or a copy. */
  readonly rowToRead: (array: P, row: PlanBuffer, at: number) => P
  /** What row `at` is written to: the memory itself, or memory that `storeRow` then puts there. */
  readonly rowToWrite: (array: P, row: PlanBuffer, at: number) => P
  readonly storeRow?: (array: P, row: PlanBuffer, at: number) => void
  /** May wait for the device. */
  readonly isTrue: (flag: P) => boolean
  readonly copy: (from: P, to: P, what: PlanBuffer) => void
}

/** `args` are the pieces of the step's arguments, in order. */
export function runNesting<P>(step: NestingStep, args: readonly P[], host: NestingHost<P>): void {
  switch (step.kind) {
    case 'loop':
      runLoop(step, args, host)
      break
    case 'while':
      runWhile(step, args, host)
      break
    case 'branch': {
      const [predicate, ...others] = args
      const chosen = host.isTrue(predicate as P) ? step.whenTrue : step.whenFalse
      const count = chosen.inputs.length
      host.nested(chosen).run(others.slice(0, count), others.slice(count, count + chosen.outputs.length))
      break
    }
    default:
      step satisfies never
  }
}

/** What is carried goes back and forth between two buffers, so that the last step writes the one that is the result. */
function runLoop<P>(step: LoopStep, args: readonly P[], host: NestingHost<P>): void {
  const { carries, sequences, length, reverse, body } = step
  const inputs = buffersOf(body, 'inputs').slice(1)
  const outputs = buffersOf(body, 'outputs')
  const reads = inputs.length
  const sources = args.slice(carries, carries + sequences)
  const constants = args.slice(carries + sequences, reads)
  const last = args.slice(reads, reads + carries)
  const stacks = args.slice(reads + carries, reads + outputs.length)
  const between = args.slice(reads + outputs.length, reads + outputs.length + carries)
  const [rowsRead, rowsWritten] = [inputs.slice(carries), outputs.slice(carries)]
  const nested = host.nested(body)
  let carried = args.slice(0, carries)
  for (let done = 0; done < length; done++) {
    const at = reverse ? length - 1 - done : done
    const next = (length - 1 - done) % 2 === 0 ? last : between
    const rows = sources.map((source, k) => host.rowToRead(source, rowsRead[k] as PlanBuffer, at))
    const stacked = stacks.map((stack, k) => host.rowToWrite(stack, rowsWritten[k] as PlanBuffer, at))
    nested.run([host.position(at), ...carried, ...rows, ...constants], [...next, ...stacked])
    stacks.forEach((stack, k) => {
      host.storeRow?.(stack, rowsWritten[k] as PlanBuffer, at)
    })
    carried = next
  }
}

function runWhile<P>(step: WhileStep, args: readonly P[], host: NestingHost<P>): void {
  const { carries, limit = Number.POSITIVE_INFINITY, condition, body } = step
  const reads = body.inputs.length
  const constants = args.slice(carries, reads)
  const last = args.slice(reads, reads + carries)
  const between = args.slice(reads + carries, reads + 2 * carries)
  const flag = args[reads + 2 * carries] as P
  const [test, turn] = [host.nested(condition), host.nested(body)]
  let carried = args.slice(0, carries)
  for (let done = 0; done < limit; done++) {
    test.run([...carried, ...constants], [flag])
    if (!host.isTrue(flag)) break
    const next = carried === last ? between : last
    turn.run([...carried, ...constants], next)
    carried = next
  }
  if (carried === last) return
  buffersOf(body, 'outputs').forEach((buffer, k) => {
    host.copy(carried[k] as P, last[k] as P, buffer)
  })
}

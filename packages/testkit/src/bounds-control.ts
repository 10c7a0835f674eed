// Error bounds of control flow that is not unrolled: what runs as often as values say, and branches around it. Bodies are bounded node by
// node each time they run; where it is uncertain which way a runtime goes, nothing is known.
import type { Value } from '@heddle/core'
import type { Bounded, BoundRule } from './bounds.ts'
import { allUnknown, isExact } from './bounds-arrays.ts'

/** What a runtime decides, if that is certain. */
const decisionOf = (flag: Bounded | undefined): boolean | undefined =>
  flag !== undefined && isExact(flag) ? flag.value.data[0] === 1 : undefined

export const repeated: BoundRule = (args) => {
  const { carries, condition, body, limit, result } = (args.node as Value<'whileLoop'>).attrs
  const constants = args.inputs.slice(carries)
  let carried = args.inputs.slice(0, carries)
  for (let turn = 0; turn !== limit; turn++) {
    const goesOn = decisionOf(args.run(condition, [...carried, ...constants])[0])
    if (goesOn === undefined) return allUnknown(args)
    if (!goesOn) break
    carried = args.run(body, [...carried, ...constants]).slice(0, carries)
  }
  return carried[result]?.bound ?? allUnknown(args)
}

export const branched: BoundRule = (args) => {
  const { whenTrue, whenFalse, result } = (args.node as Value<'cond'>).attrs
  const [predicate, ...operands] = args.inputs
  const holds = decisionOf(predicate)
  if (holds === undefined) return allUnknown(args)
  return args.run(holds ? whenTrue : whenFalse, operands)[result]?.bound ?? allUnknown(args)
}

// The f32 math functions: inline where four values are computed at once (constants become vectors outside all loops), a
// shared function where one is. Both run core's expansion op by op, so both give the same bits.
import { type MathFunction, mathFunctions, type ScalarFunction, scalarTypes } from '@heddle/core'
import type { FunctionRef } from '../encoder.ts'
import { type Graph, type NodeId, valueGraph } from './graph.ts'
import { argument, type EmitContext, emitScalarOp } from './scalar-ops.ts'
import { schedule } from './schedule.ts'
import { unsupported } from './unsupported.ts'
import { emitVectorOp, isLaneDType, splat } from './vector-ops.ts'

/** The result of an f32 function on vectors. */
export function inlineMath(context: EmitContext, name: MathFunction, args: readonly NodeId[]): NodeId {
  const expansion = mathFunctions[name]
  const values: NodeId[] = []
  const singles: (NodeId | undefined)[] = []
  for (const node of expansion.code) {
    if (!isLaneDType(node.dtype)) throw unsupported(name, node.dtype)
    let single: NodeId | undefined
    if (node.op === 'param') values.push(argument(args, node.index))
    else if (node.op === 'const') {
      single = context.graph.constant(node.dtype === 'f32' ? 'f32' : 'i32', node.value)
      values.push(splat(context, node.dtype, single))
    } else {
      if (isMath(node.op)) throw unsupported(`${name} (through ${node.op})`, node.dtype)
      const from = dtypeOf(expansion, argument(node.args, 0))
      if (!isLaneDType(from)) throw unsupported(name, from)
      values.push(
        emitVectorOp({
          context,
          op: node.op,
          dtype: node.dtype,
          from,
          args: node.args.map((id) => argument(values, id)),
          uniform: (at) => singles[argument(node.args, at)],
        }),
      )
    }
    singles.push(single)
  }
  return argument(values, expansion.result)
}

/** A function of the module that computes an f32 function of single values. */
export const sharedMath = (context: Omit<EmitContext, 'graph'>, name: MathFunction): FunctionRef =>
  sharedFunction(context, mathFunctions[name], scalarTypes[name].arity)

/** A function of the module made of a scalar function of f32. */
export function sharedFunction(
  { library, host }: Omit<EmitContext, 'graph'>,
  expansion: ScalarFunction,
  arity: number = 1,
): FunctionRef {
  const parameters = new Array<'f32'>(arity).fill('f32')
  return library.shared(`math ${expansion.name}`, parameters, ['f32'], (f) => {
    const graph = valueGraph()
    const result = scalarBody({ graph, library, host }, expansion, graph)
    const writer = schedule(f, graph, [{ node: result, level: 0 }])
    writer.enter(0)
    writer.push(result)
  })
}

function scalarBody(context: EmitContext, expansion: ScalarFunction, graph: Graph): NodeId {
  const values: NodeId[] = []
  for (const node of expansion.code) {
    if (node.op === 'param') values.push(graph.local('f32', node.index, 0))
    else if (node.op === 'const') {
      values.push(graph.constant(node.dtype === 'f32' ? 'f32' : 'i32', node.value))
    } else {
      if (isMath(node.op)) throw unsupported(`${expansion.name} (through ${node.op})`, node.dtype)
      const from = dtypeOf(expansion, argument(node.args, 0))
      const args = node.args.map((id) => argument(values, id))
      values.push(emitScalarOp({ context, op: node.op, dtype: node.dtype, from, args }))
    }
  }
  return argument(values, expansion.result)
}

const dtypeOf = (expansion: ScalarFunction, id: number) => expansion.code[id]?.dtype ?? 'f32'

export const isMath = (op: string): op is MathFunction => Object.hasOwn(mathFunctions, op)

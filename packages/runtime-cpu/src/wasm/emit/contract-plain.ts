// Contractions as plain loops, in the order of ContractStage: for f64, for empty sums, and for operands that the matrix
// multiplication does not take.
import type { ContractStage } from '@heddle/core'
import type { NodeId } from './graph.ts'
import type { PieceLoop, ProgramBuilder } from './program.ts'

export function addPlainContract(program: ProgramBuilder, stage: ContractStage, stageAt: number): void {
  const { f, graph, kernel, rowLanes } = program
  const { dtype } = stage
  const loops: PieceLoop[] = stage.k.map((axis) => ({
    axis,
    start: 0,
    end: kernel.axes[axis]?.extent ?? 0,
    step: 1,
  }))
  const vector = rowLanes !== undefined
  const groups = rowLanes?.groups ?? 1
  const positions = loops.reduce((count, { end }) => count * end, 1)
  if (positions === 0) {
    const zero = graph.constant(dtype, 0)
    const result = vector ? graph.plain('f32x4.splat', zero) : zero
    program.setAccumulated(
      stageAt,
      0,
      Array.from({ length: groups }, () => result),
    )
    return
  }
  const type = vector ? 'v128' : dtype
  const shape = vector ? 'f32x4' : dtype
  const piece = program.open(loops, stage.code, undefined)
  const cells = Array.from({ length: groups }, (_, group) => {
    const value = (id: number): NodeId =>
      vector ? piece.lowering.vector(id, group * 4) : piece.lowering.scalar(id)
    const product = graph.plain(`${shape}.mul`, value(stage.a), value(stage.b))
    return { product, sum: f.local(type), total: f.local(type) }
  })
  const inBlock = f.local('i32')
  const severalBlocks = positions > stage.block
  // -0 changes no sum when added, so a sum may start from it instead of from its first product.
  const neutral = (): void => {
    if (dtype === 'f64') f.f64(-0)
    else f.f32(-0)
    if (vector) f.op('f32x4.splat')
  }
  const closeBlock = (): void => {
    for (const { sum, total } of cells) f.get(total).get(sum).op(`${shape}.add`).set(total)
  }
  piece.add({
    roots: cells.map(({ product }) => product),
    before: () => {
      f.i32(0).set(inBlock)
      for (const { sum, total } of cells) {
        neutral()
        f.set(sum)
        neutral()
        f.set(total)
      }
    },
    body: (values) => {
      if (severalBlocks) {
        f.get(inBlock).i32(stage.block).op('i32.eq').if()
        closeBlock()
        for (const { sum } of cells) {
          neutral()
          f.set(sum)
        }
        f.i32(0).set(inBlock).end()
        f.get(inBlock).i32(1).op('i32.add').set(inBlock)
      }
      for (const { product, sum } of cells) {
        f.get(sum)
        values.push(product)
        f.op(`${shape}.add`).set(sum)
      }
    },
    after: closeBlock,
  })
  program.setAccumulated(
    stageAt,
    0,
    cells.map(({ total }) => graph.local(type, total, program.levelAfter())),
  )
}

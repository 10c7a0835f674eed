// Reductions along a contiguous innermost axis: sixteen positions an iteration, lane j of the prescribed sixteen being lane
// j mod 4 of vector accumulator j / 4. What is left over joins its lanes through scratch memory, one value at a time.
import type { ReduceStage } from '@heddle/core'
import type { Local } from '../encoder.ts'
import { dependsOnOrder, writeCombine, writeNeutral } from './combine.ts'
import type { NodeId } from './graph.ts'
import type { PieceLoop, ProgramBuilder } from './program.ts'
import { reduceLoops, type Sum, sumsOf } from './reduce-shape.ts'
import { scalarType } from './scalar-ops.ts'

interface Cell {
  readonly sum: Sum
  /** Four accumulators, sixteen lanes. */
  readonly locals: readonly Local[]
  readonly result: Local
  /** Where the lanes go when they are needed one by one. */
  readonly scratch: number
}

/** `reducesInOwnLanes` must hold. */
export function addOwnLanes(program: ProgramBuilder, stage: ReduceStage, stageAt: number): void {
  const { f, graph, context } = program
  const loops = reduceLoops(program.kernel, stage)
  const inner = loops.at(-1)
  if (inner === undefined) return
  const outer = loops.slice(0, -1)
  const cells: Cell[] = sumsOf(stage).map((sum) => ({
    sum,
    locals: Array.from({ length: 4 }, () => f.local('v128')),
    result: f.local(scalarType[sum.dtype]),
    scratch: program.reserveScratch(64),
  }))
  const ordered = cells.some(({ sum }) => dependsOnOrder(sum.combine, sum.dtype))
  // With several axes, a run that is no multiple of sixteen shifts the lanes of the next one.
  const rotates = ordered && outer.length > 0 && inner.end % 16 !== 0
  const whole = rotates ? inner.end : inner.end - (inner.end % 16)

  const start = (): void => {
    for (const { sum, locals } of cells) {
      for (const local of locals) {
        writeNeutral(f, sum.combine, sum.dtype, true)
        f.set(local)
      }
    }
  }
  const combine = ({ sum }: Cell, vector: boolean): void =>
    writeCombine(f, context.library, { ...sum, vector })
  const spill = (): void => {
    for (const { locals, scratch } of cells) {
      locals.forEach((local, at) => {
        program.pushScratch()
        f.get(local).memory('v128.store', scratch + at * 16)
      })
    }
  }
  const fill = (): void => {
    for (const { locals, scratch } of cells) {
      locals.forEach((local, at) => {
        program.pushScratch()
        f.memory('v128.load', scratch + at * 16).set(local)
      })
    }
  }

  if (rotates) addRotating(inner, outer)
  else {
    if (whole > 0) addSixteens({ ...inner, end: whole, step: 16 })
    if (whole < inner.end) addRest({ ...inner, start: whole })
  }
  for (const { sum, result } of cells) {
    program.setAccumulated(stageAt, sum.at, [
      graph.local(scalarType[sum.dtype], result, program.levelAfter()),
    ])
  }

  function addSixteens(loop: PieceLoop): void {
    const piece = program.open([...outer, loop], stage.code, loop.axis)
    const values = cells.map((cell) =>
      cell.locals.map((_, at) => piece.lowering.vector(cell.sum.value, at * 4)),
    )
    piece.add({
      roots: values.flat(),
      before: start,
      body: (schedule) => {
        cells.forEach((cell, c) => {
          cell.locals.forEach((local, at) => {
            f.get(local)
            schedule.push(values[c]?.[at] ?? -1)
            combine(cell, true)
            f.set(local)
          })
        })
      },
      after: whole === inner?.end ? () => cells.forEach(fold) : spill,
    })
  }

  /** Single values into lanes kept in scratch memory: lane `i - whole`, since `whole` is a multiple of sixteen. */
  function addRest(loop: PieceLoop): void {
    const piece = program.open([...outer, loop], stage.code, undefined)
    const values: NodeId[] = cells.map(({ sum }) => piece.lowering.scalar(sum.value))
    const counter = piece.counter(loop.axis)
    const lane = f.local('i32')
    piece.add({
      roots: values,
      before: () => {
        if (whole > 0) return
        start()
        spill()
      },
      body: (schedule) => {
        cells.forEach((cell, c) => {
          program.pushScratch()
          f.get(counter).i32(whole).op('i32.sub').i32(4).op('i32.mul').op('i32.add').set(lane)
          const type = cell.sum.dtype === 'f32' ? 'f32' : 'i32'
          const vectorBool = cell.sum.dtype === 'bool'
          f.get(lane).get(lane).memory(`${type}.load`, cell.scratch)
          schedule.push(values[c] ?? -1)
          if (vectorBool) f.i32(-1).op('i32.mul')
          combine(cell, false)
          f.memory(`${type}.store`, cell.scratch)
        })
      },
      after: () => {
        fill()
        cells.forEach(fold)
      },
    })
  }

  /** Vectors of four into lanes kept in scratch memory, the position deciding which. */
  function addRotating(loop: PieceLoop, around: readonly PieceLoop[]): void {
    const piece = program.open([...around, { ...loop, step: 4 }], stage.code, loop.axis)
    const values = cells.map(({ sum }) => piece.lowering.vector(sum.value))
    const position = f.local('i32')
    const lane = f.local('i32')
    piece.add({
      roots: values,
      before: () => {
        start()
        spill()
        f.i32(0).set(position)
      },
      body: (schedule) => {
        cells.forEach((cell, c) => {
          program.pushScratch()
          f.get(position).i32(15).op('i32.and').i32(4).op('i32.mul').op('i32.add').set(lane)
          f.get(lane).get(lane).memory('v128.load', cell.scratch)
          schedule.push(values[c] ?? -1)
          combine(cell, true)
          f.memory('v128.store', cell.scratch)
        })
        f.get(position).i32(4).op('i32.add').set(position)
      },
      after: () => {
        fill()
        cells.forEach(fold)
      },
    })
  }

  /** Lane j with lane j + 8, then + 4, + 2, + 1. */
  function fold(cell: Cell): void {
    const [v0 = 0, v1 = 0, v2 = 0, v3 = 0] = cell.locals
    f.get(v0).get(v2)
    combine(cell, true)
    f.set(v0).get(v1).get(v3)
    combine(cell, true)
    f.set(v1).get(v0).get(v1)
    combine(cell, true)
    f.set(v0)
    for (const bytes of [8, 4]) {
      f.get(v0)
        .get(v0)
        .get(v0)
        .shuffle(Array.from({ length: 16 }, (_, at) => (at + bytes) % 16))
      combine(cell, true)
      f.set(v0)
    }
    f.get(v0).lane(cell.sum.dtype === 'f32' ? 'f32x4.extract_lane' : 'i32x4.extract_lane', 0)
    if (cell.sum.dtype === 'bool') f.i32(1).op('i32.and')
    f.set(cell.result)
  }
}

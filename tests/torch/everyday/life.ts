// Conway's game of life by a convolution.
import * as torch from '@heddle/torch'
import type { Program } from '../programs.ts'

const { functional: F } = torch.nn

export const life: Program = ({ show }) => {
  let board = torch.zeros(1, 1, 8, 8)
  board.setAt([0, 0, 0, 1], 1)
  board.setAt([0, 0, 1, 2], 1)
  board.setAt([0, 0, 2, torch.slice(0, 3)], 1)
  const kernel = torch.ones(1, 1, 3, 3)
  kernel.setAt([0, 0, 1, 1], 0)
  for (let step = 0; step < 12; step++) {
    const neighbours = F.conv2d(F.pad(board, [1, 1, 1, 1], { mode: 'circular' }), kernel)
    board = neighbours
      .eq(3)
      .bitwiseOr(board.eq(1).bitwiseAnd(neighbours.eq(2)))
      .float()
  }
  show(board.int().squeeze())
  for (const row of board.at(0, 0)) show([...row].map((cell) => (cell.item() ? '#' : '.')).join(''))
  show(JSON.stringify(board.nonzero().at('...', torch.slice(2)).tolist()))
}

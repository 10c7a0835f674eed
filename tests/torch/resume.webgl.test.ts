// In a browser a program saves to bytes, and goes on from bytes.
import * as torch from '@heddle/torch'
import { expect, test } from 'vitest'
import { type Checkpoint, checkpoint, newTraining, resumed, train } from './resumed/training.ts'

test('training goes on from bytes, with the losses it would have had, bit for bit', () => {
  const whole = train(newTraining(7), 20)
  const before = newTraining(7)
  const first = train(before, 13)
  const bytes = torch.save(checkpoint(before))
  const rest = train(resumed(torch.load(bytes) as Checkpoint, 99), 20)

  expect([...first, ...rest]).toEqual(whole)
})

test('there are no files', () => {
  expect(() => torch.save({ x: 1 }, 'x.safetensors')).toThrow(
    expect.objectContaining({ code: 'TORCH_NO_FILES' }),
  )
})

test('a progress bar is silent', () => {
  const bar = torch.utils.progress(3)

  expect([[...bar], bar.n]).toEqual([[0, 1, 2], 3])
})

import { expect, test, vi } from 'vitest'
import * as torch from './index.ts'
import { userFrames } from './user-frames.ts'

const thrown = (body: () => unknown): Error & { readonly location?: { readonly file: string } } => {
  try {
    body()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

test('the first line of an error is the innermost of the user, however deep the library is', () => {
  class Net extends torch.nn.Module {
    inner = new torch.nn.Sequential(new torch.nn.Sequential(new torch.nn.Linear(4, 4)))
    override forward(x: torch.Tensor): torch.Tensor {
      return this.inner(x)
    }
  }
  const model = new Net()
  const error = thrown(function training() {
    return model(torch.ones(1, 2))
  })
  const [title, first = '', ...rest] = (error.stack ?? '').split('\n')
  expect(title).toBe('RuntimeError: mat1 and mat2 shapes cannot be multiplied (1x2 and 4x4)')
  expect(first).toContain('.forward')
  expect(first).toContain('user-frames.test.ts')
  expect(rest.some((line) => line.includes('training'))).toBe(true)
  expect(error.location?.file).toContain('user-frames.test.ts')
})

test('anomaly mode tells the whole way to the operation, and where backward was called', () => {
  const root = new torch.nn.Sequential(new torch.nn.Sequential(new torch.nn.Sequential(new Root())))
  const said: string[] = []
  const warn = vi.spyOn(console, 'warn').mockImplementation((text: string) => void said.push(text))
  const error = torch.autograd.detectAnomaly(() =>
    thrown(() =>
      root(torch.tensor([0], { requiresGrad: true }))
        .mul(0)
        .sum()
        .backward(),
    ),
  )
  warn.mockRestore()
  expect(said[0]).toMatch(/recorded here\n +at Proxy.forward .*user-frames.test.ts/)
  expect(said[0]?.split('\n').at(-1)).not.toContain('containers.ts')
  expect((error.stack ?? '').split('\n')[1]).toContain('user-frames.test.ts')
})

class Root extends torch.nn.Module {
  override forward(x: torch.Tensor): torch.Tensor {
    return x.sqrt()
  }
}

test('stacks of other engines, and those without a frame of the user', () => {
  const ours = new URL('ops/run.ts', import.meta.url).href
  expect(userFrames('title', `run@${ours}:1:2\ntrain@https://host/app.js:30:4`)).toEqual({
    stack: 'title\ntrain@https://host/app.js:30:4',
    location: expect.objectContaining({ line: 30 }),
  })
  expect(userFrames('title', `Error: x\n    at run (${ours}:1:2)`)).toBeUndefined()
  expect(userFrames('title', undefined)).toBeUndefined()
})

// `torch.cuda`, for programs that ask: there is none.

export const isAvailable = (): boolean => false
export const deviceCount = (): number => 0

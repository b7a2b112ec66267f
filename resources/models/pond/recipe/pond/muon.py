"""Muon: momentum whose matrices are orthogonalised, all matrices of one shape at once."""

import torch


def orthogonalise(stack):
    """Newton-Schulz iteration on a stack of matrices (n, rows, columns)."""
    x = stack.to(torch.bfloat16 if stack.is_cuda else torch.float32)
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    flip = x.shape[-2] > x.shape[-1]
    x = x.mT if flip else x
    for _ in range(5):
        a = x @ x.mT
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return (x.mT if flip else x).to(stack.dtype)


class Muon:
    def __init__(self, parameters, momentum=0.95, decay=0.02):
        self.momentum, self.decay = momentum, decay
        shapes = {}
        for parameter in parameters:
            shapes.setdefault(tuple(parameter.shape), []).append(parameter)
        self.groups = list(shapes.values())
        self.speeds = [torch.zeros(len(group), *group[0].shape, device=group[0].device) for group in self.groups]

    def zero_grad(self):
        for group in self.groups:
            for parameter in group:
                parameter.grad = None

    @torch.no_grad()
    def step(self, rate):
        for group, speed in zip(self.groups, self.speeds):
            gradient = torch.stack([parameter.grad for parameter in group])
            speed.lerp_(gradient, 1 - self.momentum)
            update = orthogonalise(gradient.lerp_(speed, self.momentum))
            update *= max(1, update.shape[-2] / update.shape[-1]) ** 0.5
            parameters = [parameter.data for parameter in group]
            torch._foreach_mul_(parameters, 1 - rate * self.decay)
            torch._foreach_add_(parameters, list(update.unbind(0)), alpha=-rate)

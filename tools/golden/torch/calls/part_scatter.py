"""Copies in which a view was overwritten. 1.13 takes no step for any, so it is always given, and its gradients of
as_strided_scatter are of memory that is not there."""

import torch

from calls import call, error, given

x = given(torch.arange(12.0).view(3, 4), grad=True)
row = given([0.5, -1.0, 2.0, 3.0], grad=True)
column = given([7.0, 8.0, 9.0], grad=True)

call("select_scatter", x, row, 0, 1)
call("select_scatter", x, column, 1, -1)
call("select_scatter", x.to("t"), column, 0, 2)
error("select_scatter", x, row, 1, 0)
error("select_scatter", x, row, 0, 5)
call("slice_scatter", x, given(torch.ones(2, 4), grad=True), 0, 1, 3, 1)
call("slice_scatter", x, given(torch.ones(3, 2), grad=True), dim=1, start=0, end=4, step=2)
call("slice_scatter", x, given(torch.ones(3, 4), grad=True), 0, 0, 3, 1)
error("slice_scatter", x, row, 0, 1, 3, 1)
call("diagonal_scatter", x, column)
call("diagonal_scatter", x, column, 1)
call("diagonal_scatter", x, given([1.0, 2.0], grad=True), -1, 0, 1)
error("diagonal_scatter", x, row)
call("as_strided_scatter", x, column, (3,), (5,), gradient=False)
call("as_strided_scatter", x, given([[1.0, 2.0], [3.0, 4.0]], grad=True), (2, 2), (4, 2), 1, gradient=False)

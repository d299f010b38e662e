"""One thread: the tests' tensors are small, and threads that wait for a busy core cost more than they give."""

import torch

torch.set_flush_denormal(True)
torch.set_num_threads(1)

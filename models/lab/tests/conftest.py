"""One thread: the tensors of the tests are too small to gain from several."""

import torch

torch.set_flush_denormal(True)
torch.set_num_threads(1)

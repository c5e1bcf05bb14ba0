"""The equations of a network in tensors, as matrices and as the numbers of a picked step."""

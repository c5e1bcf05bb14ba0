"""Pictures of digits: MNIST, drawn ones, and one's own brought into MNIST's form."""
